/**
 * stitching.place: where every tile lies in the volume.
 * Reads the acquisition; one task; writes `placement.json`. For now the stage's word is taken: nominal positions.
 */
import { acquisitionFile } from '../../shared/acquisition/acquisition.ts';
import { makePlacement, nominalPosition, placementFile } from '../../shared/acquisition/placement.ts';
import { writeFile } from '../../shared/engine/files.ts';
import { defineStep } from '../step.ts';

export const place = defineStep({
  service: 'stitching',
  name: 'place',
  waitsFor: ['ingest.scan'],
  reads: { acquisition: acquisitionFile },
  needs: () => ({ memoryMiB: 64, threads: 1, seconds: 1 }),
  plan: () => ({ count: 1, task: () => null }),
  run: async (_, { inputs: { acquisition }, store }) => {
    const tiles = acquisition.tiles.map(({ loc, row, column, directory }) => {
      const nominal = nominalPosition(acquisition, { row, column });
      return { loc, row, column, directory, nominal, position: nominal, source: 'stage' as const };
    });
    await writeFile(store, placementFile, makePlacement(acquisition, tiles));
  },
});
