import { expect, it } from 'vitest';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { withChunkWriter } from '../../shared/volume/chunk-writer.ts';

const mip = {
  key: 'mip',
  sizeVoxels: [8, 4, 4],
  resolutionNm: [1, 1, 1],
  factorFromPrevious: [1, 1, 1],
  chunkSize: [4, 4, 4],
  dataType: 'uint8',
} as const;

/** A store whose puts wait until they are let go, or fail. */
function slowStore() {
  const store = memoryStore();
  const ends: { go: () => void; fail: (error: Error) => void }[] = [];
  const put: ObjectStore['put'] = async (...object) => {
    await new Promise<void>((go, fail) => ends.push({ go, fail }));
    return store.put(...object);
  };
  return { store: { ...store, put }, ends };
}

const chunk = (released: string[], name: string) => ({
  bytes: new Uint8Array(64),
  encoding: undefined,
  release: () => released.push(name),
});

it('ends only when nothing is being stored any more, where the work fails as well', async () => {
  const { store, ends } = slowStore();
  const released: string[] = [];
  let ended = false;
  const writing = withChunkWriter(store, 'CHN00', async (chunks) => {
    await chunks.put(mip, [0, 0, 0], chunk(released, 'first'));
    await chunks.put(mip, [1, 0, 0], chunk(released, 'second'));
    throw new Error('the next plane is damaged');
  }).finally(() => {
    ended = true;
  });
  writing.catch(() => {});
  await new Promise(setImmediate);
  ends[0]!.go();
  await new Promise(setImmediate);
  expect(released).toEqual(['first']);
  expect(ended).toBe(false);
  ends[1]!.go();
  await expect(writing).rejects.toThrow('the next plane is damaged');
});

it('fails with what a write failed with, though the work was done', async () => {
  const { store, ends } = slowStore();
  const writing = withChunkWriter(store, 'CHN00', (chunks) => chunks.put(mip, [0, 0, 0], chunk([], 'first')));
  writing.catch(() => {});
  await new Promise(setImmediate);
  ends[0]!.fail(new Error('disk full'));
  await expect(writing).rejects.toThrow('disk full');
});
