/** What each command does with OME-Zarr where it knows precomputed volumes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudreg } from '../../cli/program.ts';
import { folderStore } from '../../shared/adapters/local/folder-store.ts';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { writeOmeZarr } from '../../shared/export/ome-zarr/write-ome-zarr.ts';
import { boxAt } from '../../shared/geometry/box.ts';
import { openVolume, type Volume } from '../../shared/volume/open-volume.ts';
import { type TestVolume, testVolume } from '../export/volumes.ts';
import { convertHere } from '../services/convert/convert-here.ts';
import { fakeTerminal } from './fake-terminal.ts';

let folder: string;
let made: TestVolume;

/** As `run --format zarr` leaves it, but for the second channel, which is of zarr 2. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zarr-'));
  made = await testVolume({ dataType: 'uint16', sizeVoxels: [21, 13, 7], mips: 2 }, memoryStore());
  for (const [name, ngff] of [
    ['CHN00', '0.5'],
    ['CHN01', '0.4'],
  ] as const)
    await writeOmeZarr(made.volume, folderStore(join(folder, 'output', name)), {
      ...{ name, ngff, sharded: false },
      onChunk: () => {},
    });
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const terminal = fakeTerminal({ columns: 200 });
  const code = await cloudreg(words, terminal);
  return { code, ...terminal.written };
}

const sourcesIn = (link: string): unknown[] => {
  const state = JSON.parse(decodeURIComponent(link.trim().split('#!')[1]!)) as {
    layers: { source: unknown }[];
  };
  return state.layers.map(({ source }) => source);
};

async function expectSame(volume: Volume): Promise<void> {
  const { data } = await volume.read(0, boxAt([0, 0, 0], [21, 13, 7]));
  expect(data).toEqual(made.voxels[0]);
}

describe('OME-Zarr', () => {
  it('is linked to as what it is, also by the name that the viewer gives it', async () => {
    const output = join(folder, 'output');
    const all = await run('link', output, '--at', 'https://host.org/brain');
    expect(sourcesIn(all.out)).toEqual([
      'zarr3://https://host.org/brain/CHN00',
      'zarr2://https://host.org/brain/CHN01',
    ]);
    const one = await run('link', `zarr3://file://${output}/CHN00`, '--at', 'https://host.org/one');
    expect(sourcesIn(one.out)).toEqual(['zarr3://https://host.org/one']);
  });

  it('is verified', async () => {
    const { code, out } = await run('verify', join(folder, 'output'));
    expect([code, out.match(/all sound/g)]).toEqual([0, ['all sound', 'all sound']]);
  });

  it('is converted to a precomputed volume, and exported again', async () => {
    const place = join(folder, 'output', 'CHN01');
    const { volume, plan } = await convertHere(place, {
      conversion: { encoding: 'png', voxelSize: 'auto' },
      parameters: { mips: 1 },
    });
    expect(plan.mips[0]!.resolutionNm).toEqual(made.volume.mips[0]!.resolutionNm);
    await expectSame(volume);
    const again = join(folder, 'again.ome.zarr');
    expect((await run('export', place, again, '--ngff', '0.5', '--sharded')).code).toBe(0);
    await expectSame(await openVolume(folderStore(again)));
  });

  it('that is not read is refused by name, and shown all the same', async () => {
    const place = join(folder, 'blosc');
    const store = folderStore(place);
    await writeOmeZarr(made.volume, store, { name: 'b', ngff: '0.4', sharded: false, onChunk: () => {} });
    const { bytes } = (await store.get('0/.zarray'))!;
    const array = JSON.parse(Buffer.from(bytes).toString()) as object;
    await store.put('0/.zarray', Buffer.from(JSON.stringify({ ...array, compressor: { id: 'blosc' } })));
    const refused = await run('export', place, join(folder, 'x.nrrd'));
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringContaining('compression blosc is not supported'),
    ]);
    const state = await run('view', place, '--print-state', '--no-open');
    expect([state.code, state.err]).toEqual([1, expect.stringContaining('compression blosc')]);
    expect(state.out).toMatch(/"zarr2:\/\/http:\/\/127/);
  });
});
