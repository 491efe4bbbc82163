/** Points through a registration, both ways; positions in um as people see them: a volume's offset included. */
import type { Vec3 } from '../../geometry/box.ts';
import { extentOf, type Space } from '../files/space.ts';
import { type RegistrationMap, toAtlas, toSample } from '../map.ts';

export type Direction = 'atlas' | 'sample';

export interface MappedPoint {
  readonly point: Vec3;
  /** It left, or came from outside, the volume: the map goes on there, but nothing was matched. */
  readonly isOutside: boolean;
}

export function mapPoint(
  map: RegistrationMap,
  spaces: { readonly sample: Space; readonly atlas: Space },
  to: Direction,
  point: Vec3,
): MappedPoint {
  const [from, target] = to === 'atlas' ? [spaces.sample, spaces.atlas] : [spaces.atlas, spaces.sample];
  const corner = minus(point, from.offsetUm);
  const mapped = (to === 'atlas' ? toAtlas : toSample)(map, corner);
  return {
    point: minus(mapped, [-target.offsetUm[0], -target.offsetUm[1], -target.offsetUm[2]]),
    isOutside: !isInside(corner, extentOf(from)) || !isInside(mapped, extentOf(target)),
  };
}

const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

const isInside = (point: Vec3, extent: Vec3): boolean =>
  point.every((value, axis) => value >= 0 && value <= extent[axis]!);
