/** The end of `run` and of `correct`: what the corrections made of the volume. */
import { expect, it } from 'vitest';
import { correctionLines } from '../../cli/correction-lines.ts';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { boxAt } from '../../shared/geometry/box.ts';
import { writeClipped } from '../../shared/illumination/clipped.ts';
import { writeVolumeInfo } from '../../shared/volume/write-volume.ts';

const mip = {
  key: '1000_1000_1000',
  sizeVoxels: [100, 100, 100],
  resolutionNm: [1000, 1000, 1000],
  factorFromPrevious: [1, 1, 1],
  chunkSize: [64, 64, 64],
  dataType: 'uint16',
} as const;

/** Of a job of `cloudreg correct` whose blocks clipped so many voxels. */
async function linesWith(clipped: readonly number[]): Promise<string[]> {
  const store = memoryStore();
  await writeVolumeInfo(store, '', [mip]);
  for (const [n, count] of clipped.entries())
    await writeClipped(store, 'volume', boxAt([64 * n, 0, 0], [64, 100, 100]), count);
  return correctionLines({ store } as never, {} as never);
}

it('names the voxels that were clipped, from more than a hundred-thousandth on', async () => {
  expect(await linesWith([])).toEqual([]);
  expect(await linesWith([4, 6])).toEqual([]);
  expect(await linesWith([1200, 34])).toEqual([
    '  Warning: 0.12 % of the voxels (1,234) came out brighter than uint16 can hold and were cut: their true brightness is lost',
  ]);
});
