/** From raw tiles to the fused volume: what the specimen was before the microscope saw it. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { channelFolder } from '../../../services/output-volume.ts';
import type { JobParameters } from '../../../services/parameters.ts';
import { fuse } from '../../../services/stitching/fuse.ts';
import { place } from '../../../services/stitching/place.ts';
import { placementFile } from '../../../shared/acquisition/placement.ts';
import { readFile } from '../../../shared/engine/files.ts';
import { encodeTiff } from '../../../shared/formats/tiff/write.ts';
import { mean, standardDeviation } from '../../../shared/numerics/statistics.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { inFolder } from '../../end-to-end/binary.ts';
import { runStep } from '../run-step.ts';
import { correct, lightAt, litAcquisition, OFFSET, specimen, TILE, vignette } from './lit-acquisition.ts';

/** Correlation of the fused volume with the specimen, over all voxels. */
async function likeness(correction: Partial<JobParameters>): Promise<number> {
  const parameters: Partial<JobParameters> = { ...correction, placement: 'nominal' };
  const source = await litAcquisition();
  const { store, acquisition } = await correct(source, parameters);
  const options = { store, source, parameters, files: [] };
  await runStep(place, { ...options, inputs: { acquisition } });
  const placement = await readFile(store, placementFile);
  await runStep(fuse, { ...options, inputs: { acquisition, placement } });
  const volume = await openVolume(store, channelFolder(0));
  const { data } = await volume.read(0, { start: [0, 0, 0], end: placement.size });
  const fused = Array.from(data, Number);
  const [width, height] = placement.size;
  const clean = specimen();
  const truth = fused.map((_, n) =>
    clean(n % width, Math.floor(n / width) % height, Math.floor(n / (width * height))),
  );
  return correlation(fused, truth);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, n) => (value - meanA) * (b[n]! - meanB)));
  return covariance / (standardDeviation(a) * standardDeviation(b));
}

it('is the specimen where flat field and background are given, and nearly so where they are found', () =>
  inFolder(async (folder) => {
    const flatField = join(folder, 'flat.tiff');
    const factor = Float32Array.from({ length: TILE[0] * TILE[1] }, (_, n) => 1 / lightAt(vignette, n));
    writeFileSync(flatField, encodeTiff(TILE[0], TILE[1], factor));
    const given = await likeness({ flatField, background: [OFFSET] });
    const found = await likeness({});
    const raw = await likeness({ flatField: 'none', background: 'none' });
    expect(given).toBeGreaterThan(0.9995);
    expect(found).toBeGreaterThan(0.998);
    expect(raw).toBeLessThan(0.99);
  }));
