import { describe, expect, it } from 'vitest';
import { scan } from '../../../services/ingest/scan.ts';
import { jobParameters } from '../../../services/parameters.ts';
import { acquisitionFile } from '../../../shared/acquisition/acquisition.ts';
import { problemsFile } from '../../../shared/acquisition/problems.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { readFile, readFileIfPresent } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { flatKey, smallAcquisition } from '../../acquisition/small-acquisition.ts';

async function run(source: ObjectStore, options: object = {}): Promise<ObjectStore> {
  const store = memoryStore('memory://output');
  const inputs = { parameters: jobParameters.parse(options) };
  const plan = scan.plan(inputs, 0);
  expect(plan.count).toBe(1);
  await scan.run(plan.task(0), { inputs, store, source }).catch((error: unknown) => {
    throw Object.assign(error as Error, { store });
  });
  return store;
}

describe('ingest.scan', () => {
  it('writes the acquisition and an empty list of problems', async () => {
    const store = await run(await smallAcquisition());
    expect((await readFile(store, acquisitionFile)).tiles).toHaveLength(2);
    expect((await readFile(store, problemsFile)).problems).toEqual([]);
  });

  it('goes on with a damaged plane and lists it', async () => {
    const source = await smallAcquisition();
    await source.put(flatKey(1, 0, 2), new Uint8Array(0));
    const store = await run(source);
    expect((await readFile(store, acquisitionFile)).tiles[1]?.stacks[0]?.missing).toEqual([2]);
    expect((await readFile(store, problemsFile)).problems).toMatchObject([{ kind: 'damaged-plane', loc: 1 }]);
  });

  it('stops at a gap when strict, lists it, and writes no acquisition', async () => {
    const source = await smallAcquisition();
    await source.delete([flatKey(1, 0, 2)]);
    const error = await run(source, { strict: true }).then(
      () => undefined,
      (cause: Error & { store: ObjectStore }) => cause,
    );
    expect(error).toMatchObject({ name: 'AcquisitionError', kind: 'gaps', permanent: true });
    expect(error?.message).toContain(flatKey(1, 0, 2));
    const store = error!.store;
    expect(await readFileIfPresent(store, acquisitionFile)).toBeUndefined();
    expect((await readFile(store, problemsFile)).problems).toHaveLength(1);
  });

  it('stops where the volumes that are wanted cannot hold the voxels', async () => {
    const source = await smallAcquisition();
    await expect(run(source, { encoding: 'jpeg' })).rejects.toMatchObject({
      name: 'OutputFormatError',
      permanent: true,
      message: expect.stringContaining('one or three channels of uint8'),
    });
    await expect(run(source, { encoding: 'png' })).resolves.toBeDefined();
  });

  it('does not stop at a remark when strict', async () => {
    const store = await run(await smallAcquisition({ cells: '1,0' }), { strict: true });
    expect((await readFile(store, problemsFile)).problems).toMatchObject([{ kind: 'unscanned-folder' }]);
  });

  it('takes the channels that are asked for, and the one that is aligned on', async () => {
    const channelsOf = async (given: Parameters<typeof run>[1]) =>
      (await readFile(await run(await smallAcquisition({ channels: [0, 1] }), given), acquisitionFile))
        .channels;
    expect(await channelsOf({ channels: [1], placement: 'nominal' })).toEqual([1]);
    expect(await channelsOf({ channels: [1], alignmentChannel: 1 })).toEqual([1]);
    expect(await channelsOf({ channels: [1] })).toEqual([0, 1]);
  });

  it('writes the same bytes when it runs again', async () => {
    const source = await smallAcquisition({ channels: [0, 1] });
    const [first, second] = [await run(source), await run(source)];
    for (const { key } of [acquisitionFile, problemsFile])
      expect((await second.get(key))?.bytes).toEqual((await first.get(key))?.bytes);
  });
});
