"""Pairs of the project's own seeds and damage: python3 more-pairs.py TOOLS ALLEN OUT"""
import os
import sys

import numpy as np

tools, allen, out = sys.argv[1:]
sys.path.insert(0, tools)
import make_registration_pair as pairs


def lost_columns(J, X, rng, L, info):
    """a strip along y and z that was never recorded"""
    first = int(rng.uniform(.3, .6) * J.shape[2])
    J = J.copy()
    J[:, :, first:first + 4] = np.nan
    info['lost_columns'] = dict(axis='x', from_voxel=first, to_voxel=first + 4)
    return J


def fading(J, X, rng, L, info):
    """the far end bleached to a third"""
    z = X[2] / X[2].max()
    return J * (1 - .67 * z ** 2)[:, None, None]


pairs.EXTRA.update(lost_columns=lost_columns, fading=fading)
plain, inverted, damaged = (pairs.RECIPES[name] for name in ('plain', 'inverted', 'damaged'))
pairs.RECIPES.update(
    more1=dict(plain, damage=['bubbles', 'debris']),
    more2=dict(inverted, orientation='LAS', damage=['slab', 'spots', 'lost_columns']),
    more3=dict(damaged, damage=['cut', 'debris', 'stripes']),
    more4=dict(damaged, orientation='RIA', damage=['slab', 'bubbles', 'fading']),
)
for i in range(1, 5):
    name = 'more%d' % i
    if not os.path.exists(os.path.join(out, name + '_truth.json')):
        pairs.make(allen, name, 100 + i, out, name, 500)
