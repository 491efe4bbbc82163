/** The data of these benchmarks lie beside the checkout, where npm runs scripts. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Vec3 } from '../../shared/geometry/box.ts';

const data = resolve('../shared/data');

export const dataPath = (name: string): string => resolve(data, 'registration', name);
export const atlasPath = (name: string): string => resolve(data, 'allen', name);
export const generatorPath = resolve('../shared/tools/make_registration_pair.py');

export const isThere = (): boolean =>
  existsSync(dataPath('pair1.nrrd')) && existsSync(atlasPath('annotation_100.nrrd'));

const row = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]);
const truthSchema = z.object({
  sample: z.object({ orientation: z.string() }),
  landmarks: z.object({ rows: z.array(row) }),
});

/** um from the corners of both volumes. */
export interface Landmark {
  readonly atlas: Vec3;
  readonly sample: Vec3;
  readonly isInDamage: boolean;
}

/** @param pair path without its ending */
export function readTruth(pair: string): {
  readonly orientation: string;
  readonly landmarks: readonly Landmark[];
} {
  const { sample, landmarks } = truthSchema.parse(JSON.parse(readFileSync(`${pair}_truth.json`, 'utf8')));
  return {
    orientation: sample.orientation,
    landmarks: landmarks.rows.map(([ax, ay, az, sx, sy, sz, damage]) => ({
      atlas: [ax, ay, az],
      sample: [sx, sy, sz],
      isInDamage: damage !== 0,
    })),
  };
}

const coarseSchema = z.object({
  names: z.record(z.string(), z.string()),
  of: z.record(z.string(), z.number()),
});

/** The fourteen coarse groups of regions and `other`; `of` takes an id of the annotation to its group, 0 for none. */
export function readGroups(): { readonly names: Readonly<Record<string, string>>; of(id: number): number } {
  const { names, of } = coarseSchema.parse(
    JSON.parse(readFileSync(atlasPath('coarse_regions.json'), 'utf8')),
  );
  return { names, of: (id) => of[id] ?? 0 };
}
