/** A point with its name, and the kinds of files that hold such. */
import type { Vec3 } from '../../geometry/box.ts';
import { RegistrationInputError } from '../errors.ts';

export interface NamedPoint {
  readonly id: string;
  /** um. */
  readonly point: Vec3;
  /** Whatever else the file says of it, kept. */
  readonly more: Readonly<Record<string, unknown>>;
}

export type PointFormat = 'csv' | 'json';

/** By the name alone. @throws RegistrationInputError */
export function pointFormatOf(path: string): PointFormat {
  const [, kind] = /\.(csv|json)$/i.exec(path) ?? [];
  if (kind !== undefined) return kind.toLowerCase() as PointFormat;
  throw new RegistrationInputError(`${path}: its name tells no format; expected .csv or .json`);
}
