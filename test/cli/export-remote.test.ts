/** `cloudreg export` of volumes in a bucket and behind a web server, to a bucket. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cloudreg } from '../../cli/program.ts';
import { openStore } from '../../shared/adapters/open-store.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { makeElements } from '../../shared/formats/elements.ts';
import { openImageSource } from '../../shared/formats/image-source/open-image-source.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { type S3Server, startS3Server } from '../cloud/servers/s3-server.ts';
import { folderForTests } from '../end-to-end/binary.ts';
import { type TestVolume, testVolume } from '../export/volumes.ts';
import { fakeTerminal } from './fake-terminal.ts';

const home = folderForTests();
let server: S3Server;
let made: TestVolume;

beforeAll(async () => {
  server = await startS3Server({ buckets: [{ name: 'public', access: 'public-read' }, 'exports'] });
  const environment = { ...server.environment, AWS_REGION: 'us-east-1' };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  made = await testVolume(
    {
      dataType: 'uint16',
      sizeVoxels: [30, 20, 10],
      chunkSize: [16, 16, 8],
      resolutionNm: [1000, 1000, 2000],
      mips: 2,
    },
    await openStore('s3://public/v'),
  );
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  await rm(home.path, { recursive: true });
});

async function exported(...words: string[]) {
  const terminal = fakeTerminal({ columns: 200 });
  const code = await cloudreg(['export', ...words], terminal);
  return { code, ...terminal.written };
}

async function voxelsAt(place: string) {
  const source = await openImageSource(place);
  const [x, y, z] = source.sizeVoxels;
  const voxels = makeElements(source.dtype, x * y * z);
  await source.readPlanes(0, z, voxels);
  await source.close();
  return voxels;
}

describe('cloudreg export', () => {
  it('reads a volume in a bucket, and one behind a web server', async () => {
    for (const from of ['s3://public/v', `${server.url}/public/v`]) {
      const to = join(home.path, 'brain.npy');
      expect(await exported(from, to, '--force')).toMatchObject({ code: 0, err: '' });
      expect(await voxelsAt(to)).toEqual(made.voxels[0]);
    }
  });

  it.each(['brain.nrrd', 'brain.nii.gz', 'brain.tif', 'brain.npy', 'series/'])(
    'writes %s to a bucket',
    async (name) => {
      const to = `s3://exports/out/${name}`;
      const { code, out, err } = await exported('s3://public/v', to);
      expect([code, err]).toEqual([0, '']);
      expect(out).toMatch(name === 'series/' ? /uint16, 10 planes/ : /uint16, \d+(\.\d+)? kB/);
      expect(await voxelsAt(to)).toEqual(made.voxels[0]);
    },
  );

  it('writes OME-Zarr to a bucket', async () => {
    expect(await exported('s3://public/v', 's3://exports/brain.ome.zarr')).toMatchObject({ code: 0 });
    const volume = await openVolume(await openStore('s3://exports/brain.ome.zarr'));
    const { data } = await volume.readChunk(0, [0, 0, 0]);
    expect(data).toEqual((await made.volume.readChunk(0, [0, 0, 0])).data);
  });

  it('replaces a single object only when it is told to, and no folder', async () => {
    const store: ObjectStore = await openStore('s3://exports/there');
    await store.put('brain.npy', new Uint8Array(1));
    await store.put('series/thesis.txt', new Uint8Array(1));
    const to = 's3://exports/there/brain.npy';
    expect(await exported('s3://public/v', to)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is there already: give another name, or --force'),
    });
    expect(await exported('s3://public/v', to, '--force')).toMatchObject({ code: 0 });
    expect(await voxelsAt(to)).toEqual(made.voxels[0]);
    expect(await exported('s3://public/v', 's3://exports/there/series/', '--force')).toMatchObject({
      code: 2,
      err: expect.stringContaining('holds objects already (thesis.txt)'),
    });
  });

  it('refuses to write to a web server', async () => {
    expect(await exported('s3://public/v', `${server.url}/public/out.npy`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be written: give a place on this machine, or an s3:// URL'),
    });
  });
});
