/** Inputs that lie in a bucket or behind a web server, and outputs in a bucket. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { conversionSchema } from '../../../services/conversion-parameters.ts';
import { planConversion } from '../../../services/ingest/conversion/make-plan.ts';
import { jobParameters } from '../../../services/parameters.ts';
import { openStore } from '../../../shared/adapters/open-store.ts';
import type { ElementArray } from '../../../shared/formats/elements.ts';
import { encodeNifti, niftiFrameOf } from '../../../shared/formats/nifti/write.ts';
import { encodeNrrd } from '../../../shared/formats/nrrd/write.ts';
import { bytesOf } from '../../../shared/volume/data-type.ts';
import { type S3Server, startS3Server } from '../../cloud/servers/s3-server.ts';
import { folderForTests } from '../../end-to-end/binary.ts';
import { type Converted, convertHere, noise, voxelsOfMip, writeSeries } from './convert-here.ts';

const size = [45, 37, 29] as const;
const data = noise('uint16', size, 1) as Uint16Array;
const home = folderForTests();
let server: S3Server;

beforeAll(async () => {
  server = await startS3Server({ buckets: [{ name: 'public', access: 'public-read' }, 'volumes'] });
  for (const [name, value] of Object.entries({ ...server.environment, AWS_REGION: 'us-east-1' }))
    vi.stubEnv(name, value);
  const frame = niftiFrameOf([0.5, 0.25, 2]);
  const raw = encodeNrrd({ shape: size, data }, 'raw');
  const header = Buffer.from(raw.subarray(0, raw.length - data.byteLength)).toString('latin1');
  const files = {
    'brain.nrrd': raw,
    'gzip.nrrd': encodeNrrd({ shape: size, data }, 'gzip'),
    'brain.nii.gz': encodeNifti({ shape: size, data, frame }, true),
    'detached.nhdr': Buffer.from(`${header.trimEnd()}\ndata file: voxels.raw\n`, 'latin1'),
    'voxels.raw': new Uint8Array(data.buffer),
    'outside.nhdr': Buffer.from(`${header.trimEnd()}\ndata file: ../voxels.raw\n`, 'latin1'),
  };
  const store = await openStore('s3://public/in');
  for (const [name, bytes] of Object.entries(files)) await store.put(name, bytes);
  const series = writeSeries(home.path, data, size);
  writeFileSync(join(series, 'notes.txt'), 'not a plane');
  for (const name of readdirSync(series)) await store.put(`series/${name}`, readFileSync(join(series, name)));
  await store.put('series/deeper/z.tif', new Uint8Array(9));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  home.remove();
});

const same = async ({ volume }: Converted, given: ElementArray): Promise<boolean> =>
  Buffer.compare(bytesOf(await voxelsOfMip(volume, 0)), new Uint8Array(given.buffer)) === 0;

const wishes = { parameters: { chunkSize: [16, 16, 8] as [number, number, number] } };

const refusal = async (url: string): Promise<string> => {
  const conversion = conversionSchema.parse({ voxelSize: [1, 1, 1] });
  const planning = planConversion(await openStore(url), jobParameters.parse({}), conversion);
  return planning.then(
    () => 'taken',
    (error: Error) => error.message,
  );
};

describe('a conversion', () => {
  it.each(['brain.nrrd', 'gzip.nrrd', 'brain.nii.gz', 'detached.nhdr', 'series'])(
    'reads %s in a bucket as it would here',
    async (name) => {
      const converted = await convertHere(`s3://public/in/${name}`, wishes);
      expect(await same(converted, data)).toBe(true);
      if (name === 'series') expect(converted.plan.warnings.join()).toMatch(/1 files are no planes/);
    },
  );

  it.each(['gzip.nrrd', 'brain.nii.gz', 'detached.nhdr'])('reads %s behind a web server', async (name) => {
    expect(await same(await convertHere(`${server.url}/public/in/${name}`, wishes), data)).toBe(true);
  });

  it('reads and writes volumes in a bucket, into shards, and reads those behind a web server', async () => {
    const first = await convertHere('s3://public/in/brain.nrrd', {
      ...wishes,
      store: await openStore('s3://public/volume'),
      conversion: { sharded: true },
      budget: 2 ** 14,
    });
    expect(await same(first, data)).toBe(true);
    const again = await convertHere('s3://public/volume', {
      parameters: { chunkSize: [10, 12, 14] },
      store: await openStore('s3://volumes/again'),
      budget: 2 ** 14,
    });
    expect(again.plan.route).toBe('volume');
    expect(await same(again, data)).toBe(true);
    expect(await same(await convertHere(`${server.url}/public/volume`, wishes), data)).toBe(true);
  });

  it('asks for the slices of a bucket in few requests', async () => {
    const before = server.requests.get('GetObject') ?? 0;
    await convertHere('s3://public/in/series', wishes);
    // One for the header when it is planned, one for the plane; one for the folder's first; and three for what a volume has.
    expect((server.requests.get('GetObject') ?? 0) - before).toBeLessThanOrEqual(2 * size[2] + 5);
  });

  it('is refused where nothing is there, where a server has no list, and where data lie elsewhere', async () => {
    expect(await refusal('s3://public/in/nothing')).toMatch(/nothing is there: check the URL/);
    expect(await refusal(`${server.url}/public/in/series`)).toMatch(
      /a web server does not say what else lies there/,
    );
    expect(await refusal('s3://public/in/outside.nhdr')).toMatch(
      /its data are in \.\.\/voxels\.raw, outside/,
    );
    expect(await refusal('s3://public')).toMatch(/has no files called .tif, .tiff or .png|nothing is there/);
  });
});
