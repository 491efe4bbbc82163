/** Numbers and names as the report writes them. */
import { tileName } from '../../../shared/acquisition/quality-report.ts';
import type { Triple } from '../axes.ts';

/** `+1.2, -0.3, 0.0`. */
export const voxels = (shift: Triple, digits = 1): string =>
  shift.map((value) => signed(value, digits)).join(', ');

/** With its sign, and none where it rounds to nothing. */
export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return value < 0 ? `-${text}` : `+${text}`;
}

export const pairName = ({ a, b }: { readonly a: number; readonly b: number }): string =>
  `${tileName(a)} and ${tileName(b)}`;

/** `LOC001, LOC002 and 5 others`. */
export function tileNames(locs: readonly number[], most = 6): string {
  return `${locs.slice(0, most).map(tileName).join(', ')}${andOthers(locs.length - most)}`;
}

export const andOthers = (count: number): string =>
  count <= 0 ? '' : ` and ${count} ${count === 1 ? 'other' : 'others'}`;

export const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
