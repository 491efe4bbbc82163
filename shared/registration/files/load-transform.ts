/** A finished registration, read back: its description and its map. */
import { openStore, toUrl } from '../../adapters/open-store.ts';
import { readFileIfPresent } from '../../engine/files.ts';
import type { ObjectStore } from '../../engine/ports.ts';
import { RegistrationInputError } from '../errors.ts';
import type { RegistrationMap } from '../map.ts';
import { readVectors } from './field-file.ts';
import { type Transform, transformFile } from './registration-files.ts';
import { extentOf } from './space.ts';

export const BACKWARD_KEY = 'registration/transform/backward.nrrd';

export interface LoadedTransform {
  readonly url: string;
  readonly store: ObjectStore;
  readonly transform: Transform;
  readonly map: RegistrationMap;
}

/** `place`: the output folder of a job that registered. */
export async function loadTransform(place: string): Promise<LoadedTransform> {
  const url = toUrl(place.replace(/\/registration(\/transform)?\/?$/, ''));
  const store = await openStore(url);
  const transform = await readFileIfPresent(store, transformFile);
  if (transform === undefined)
    throw new RegistrationInputError(
      `There is no finished registration in ${url} (${transformFile.key} is not there). ` +
        'Make one with cloudreg register, or cloudreg run --orientation, and name its output folder.',
    );
  const u = await readVectors(store, BACKWARD_KEY, transform.velocityGrid);
  return { url, store, transform, map: mapOf(transform, u) };
}

export const mapOf = (
  { toAtlas, velocityGrid, sample, atlas }: Pick<Transform, 'toAtlas' | 'velocityGrid' | 'sample' | 'atlas'>,
  u: Float32Array,
): RegistrationMap => ({
  toAtlas,
  grid: velocityGrid,
  u,
  sampleExtentUm: extentOf(sample),
  atlasExtentUm: extentOf(atlas),
});
