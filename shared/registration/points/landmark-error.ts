/** How far landmarks of the sample end from their twins of the same name in the atlas. */
import type { Vec3 } from '../../geometry/box.ts';
import { mean, median, quantile } from '../../numerics/statistics.ts';
import { RegistrationInputError } from '../errors.ts';
import type { NamedPoint } from './named-point.ts';

export interface LandmarkErrors {
  readonly each: readonly { readonly id: string; readonly um: number }[];
  readonly meanUm: number;
  readonly medianUm: number;
  /** 95 % are no larger. */
  readonly p95Um: number;
  readonly maxUm: number;
  /** Names in one of the two lists only. */
  readonly unmatched: readonly string[];
}

/** `mapped`: where the points of one list end in the space of the other. Names must be unique in each list. */
export function landmarkErrors(mapped: readonly NamedPoint[], twins: readonly NamedPoint[]): LandmarkErrors {
  const byName = indexed(twins);
  const own = indexed(mapped);
  const each = mapped.flatMap(({ id, point }) => {
    const twin = byName.get(id);
    return twin === undefined ? [] : [{ id, um: distance(point, twin) }];
  });
  if (each.length === 0)
    throw new RegistrationInputError(
      'The two lists have no name in common: give matching points the same id.',
    );
  const distances = each.map(({ um }) => um);
  return {
    each,
    meanUm: mean(distances),
    medianUm: median(distances),
    p95Um: quantile(distances, 0.95),
    maxUm: quantile(distances, 1),
    unmatched: [
      ...[...own.keys()].filter((id) => !byName.has(id)),
      ...[...byName.keys()].filter((id) => !own.has(id)),
    ],
  };
}

function indexed(points: readonly NamedPoint[]): Map<string, Vec3> {
  const found = new Map<string, Vec3>();
  for (const { id, point } of points) {
    if (found.has(id))
      throw new RegistrationInputError(`Two points are called "${id}": names must be unique.`);
    found.set(id, point);
  }
  return found;
}

const distance = (a: Vec3, b: Vec3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
