import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { boxSize } from '../../shared/geometry/box.ts';
import { cellsIn, chunkBox, volumeBox } from '../../shared/volume/chunk-grid.ts';
import { planScales } from '../../shared/volume/scales.ts';
import { verifyVolume } from '../../shared/volume/verify-volume.ts';
import { writeChunk, writeVolumeInfo } from '../../shared/volume/write-volume.ts';

const mips = planScales({
  sizeVoxels: [37, 21, 9],
  voxelSizeUm: [1, 1, 1],
  chunkSize: [16, 16, 8],
  factor: [2, 2, 1],
  mips: 2,
  dataType: 'uint16',
});
const CHUNKS = 3 * 2 * 2 + 2 * 1 * 2;

/** Of mip 0 and of mip 1. */
const SOME = 'CHN00/1000_1000_1000/16-32_0-16_0-8';
const OTHER = 'CHN00/2000_2000_1000/0-16_0-11_8-9';

async function makeVolume(): Promise<ObjectStore> {
  const store = memoryStore();
  await writeVolumeInfo(store, 'CHN00', mips);
  for (const mip of mips) {
    for (const cell of cellsIn(mip, volumeBox(mip))) {
      const [x, y, z] = boxSize(chunkBox(mip, cell));
      const voxels = Uint16Array.from({ length: x * y * z }, (_, index) => index * 7);
      await writeChunk(store, 'CHN00', mip, cell, voxels);
    }
  }
  return store;
}

async function damage(store: ObjectStore, key: string, change: (stored: Uint8Array) => Uint8Array) {
  const object = await store.get(key);
  await store.put(key, change(object!.bytes), { encoding: 'gzip' });
}

describe('verifying a volume', () => {
  it('finds nothing wrong with a whole one and counts its chunks', async () => {
    const seen: number[] = [];
    const onChunk = (checked: number, total: number) => {
      expect(total).toBe(CHUNKS);
      seen.push(checked);
    };
    const check = await verifyVolume(await makeVolume(), 'CHN00', { onChunk });
    expect(check).toEqual({ chunks: CHUNKS, problems: [] });
    expect(seen).toEqual(Array.from({ length: CHUNKS }, (_, index) => index + 1));
  });

  it('finds missing chunks of every mip, in order', async () => {
    const store = await makeVolume();
    await store.delete([OTHER, SOME]);
    expect((await verifyVolume(store, 'CHN00')).problems).toEqual([
      { mip: 0, chunk: SOME, problem: 'missing' },
      { mip: 1, chunk: OTHER, problem: 'missing' },
    ]);
  });

  it('finds chunks cut short, of other bytes, and of the wrong length', async () => {
    const store = await makeVolume();
    const shorten = (plain: Uint8Array) => gzipSync(plain.subarray(2));
    const lengthen = (plain: Uint8Array) => gzipSync(Buffer.concat([plain, Buffer.alloc(1)]));
    const explode = (plain: Uint8Array) => gzipSync(Buffer.concat([plain, Buffer.alloc(1e6)]));
    const chunk = (name: string) => `CHN00/1000_1000_1000/${name}`;
    await damage(store, chunk('0-16_0-16_0-8'), (stored) => stored.subarray(0, stored.length - 3));
    await damage(store, SOME, () => Uint8Array.of(1, 2, 3));
    await damage(store, chunk('32-37_0-16_0-8'), (stored) => shorten(gunzipSync(stored)));
    await damage(store, chunk('0-16_16-21_0-8'), (stored) => lengthen(gunzipSync(stored)));
    await damage(store, chunk('16-32_16-21_0-8'), (stored) => explode(gunzipSync(stored)));
    const { chunks, problems } = await verifyVolume(store, 'CHN00');
    expect(chunks).toBe(CHUNKS);
    expect(problems.map(({ problem }) => problem)).toEqual([
      expect.stringMatching(/^\d+ bytes that are no whole gzip stream \(unexpected end of file\)$/),
      '3 bytes that are no whole gzip stream (incorrect header check)',
      '1278 bytes of voxels, expected 1280',
      '1281 bytes of voxels, expected 1280',
      'more than 1408 bytes, expected at most 1280',
    ]);
  });

  it('reads plain chunks too, and finds wrong lengths there', async () => {
    const store = await makeVolume();
    await store.put(SOME, new Uint8Array(16 * 16 * 8 * 2));
    expect((await verifyVolume(store, 'CHN00')).problems).toEqual([]);
    await store.put(SOME, new Uint8Array(5));
    const problem = '5 bytes of voxels, expected 4096';
    expect((await verifyVolume(store, 'CHN00')).problems).toEqual([{ mip: 0, chunk: SOME, problem }]);
  });

  it('stops when told to', async () => {
    const abort = new AbortController();
    const onChunk = () => abort.abort(new Error('enough'));
    const verify = verifyVolume(await makeVolume(), 'CHN00', { signal: abort.signal, onChunk });
    await expect(verify).rejects.toThrow('enough');
  });

  it('does not mistake a store that cannot be read for a damaged volume', async () => {
    const whole = await makeVolume();
    const failing: ObjectStore = {
      ...whole,
      get: async (key) => {
        if (key === SOME) throw new Error('connection lost');
        return whole.get(key);
      },
    };
    await expect(verifyVolume(failing, 'CHN00')).rejects.toThrow('connection lost');
  });
});
