/**
 * REGISTRATION section 10, row by row: measured value and bound. Rows 11, 12 and 13 (gradients, missing data, threads and
 * resumption bit for bit) are tests. Parts by name: `npm run bench -- registration:pairs,kernels`; with `--peers` elastix
 * runs beside.
 */

import type { Figure, Print } from './placement/figure.ts';
import { printFigure } from './placement/figure.ts';
import { brainFigures } from './registration/brain-figures.ts';
import { fineFigures, memoryFigures, threadFigures } from './registration/cost-figures.ts';
import { isThere } from './registration/data.ts';
import { kernelFigures } from './registration/kernel-figures.ts';
import { knownFigures, mirrorFigures } from './registration/known-figures.ts';
import { moreFigures, peerFigures } from './registration/more-figures.ts';
import { fastFigures, pairFigures } from './registration/pair-figures.ts';
import { poseFigures } from './registration/pose-figures.ts';

export const benches = [{ name: 'registration', run: benchRegistration }];

async function benchRegistration(print: Print, chosen: readonly string[]): Promise<void> {
  if (!isThere()) {
    print('skipped: there is no ../shared/data/registration and ../shared/data/allen');
    return;
  }
  const withPeers = process.argv.includes('--peers');
  // Memory first: a process's peak never falls again.
  const parts: Readonly<Record<string, () => AsyncGenerator<Figure>>> = {
    memory: memoryFigures,
    pairs: pairFigures,
    fast: fastFigures,
    known: knownFigures,
    mirror: mirrorFigures,
    poses: poseFigures,
    threads: threadFigures,
    brain: brainFigures,
    more: () => moreFigures(print, withPeers),
    ...(withPeers ? { peers: () => peerFigures(print) } : {}),
    fine: fineFigures,
    kernels: () => kernelFigures(print),
  };
  for (const [name, figures] of Object.entries(parts))
    if (chosen.length === 0 || chosen.includes(name))
      for await (const figure of figures()) printFigure(print, figure);
}
