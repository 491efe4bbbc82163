/** Array files written by other programs, with what each holds: `../shared/fixtures/volumes/index.json`. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ElementArray, littleEndianBytes } from '../../shared/formats/elements.ts';
import { sharedPath } from '../shared-data.ts';

export interface ArrayFixture {
  readonly file: string;
  readonly path: string;
  readonly verdict: 'decodable' | 'refuse';
  readonly shape_xyz?: readonly number[];
  readonly dtype?: string;
  readonly sha256?: string;
  readonly scaled_min?: number;
  readonly scaled_max?: number;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** Empty where the fixtures are not beside the checkout. */
export function arrayFixtures(format: string): ArrayFixture[] {
  const index = sharedPath('fixtures', 'volumes', 'index.json');
  if (index === undefined) return [];
  const { entries } = JSON.parse(readFileSync(index, 'utf8'));
  return entries
    .filter((entry: { format: string }) => entry.format === format)
    .map((entry: ArrayFixture) => ({ ...entry, path: sharedPath('fixtures', 'volumes', entry.file) }));
}

export const sha256 = (data: ElementArray): string =>
  createHash('sha256').update(littleEndianBytes(data)).digest('hex');
