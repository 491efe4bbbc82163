/** Registration where nothing lies on this machine: sample and output in S3, the atlas behind a web server. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cloudreg } from '../../cli/program.ts';
import { openStore } from '../../shared/adapters/open-store.ts';
import { boxAt } from '../../shared/geometry/box.ts';
import { asLabels } from '../../shared/registration/source/as-labels.ts';
import { openSource } from '../../shared/registration/source/open-source.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { planScales } from '../../shared/volume/scales.ts';
import { writeChunk, writeVolumeInfo } from '../../shared/volume/write-volume.ts';
import { fakeTerminal } from '../cli/fake-terminal.ts';
import { runsAll } from '../long.ts';
import {
  LARGE_ID,
  OTHER_ID,
  ontologyCsv,
  type PhantomFiles,
  SMALL_ID,
  writePhantom,
} from '../services/registration/phantom-files.ts';
import { type S3Server, startS3Server } from './servers/s3-server.ts';

let files: PhantomFiles;
let server: S3Server;
const at = (name: string): string => join(files.folder, name);

async function say(...words: string[]) {
  const terminal = fakeTerminal();
  const exitCode = await cloudreg(words, terminal);
  return { exitCode, out: terminal.written.out, err: terminal.written.err };
}

/** A file of the phantom as a volume in a bucket; labels as Allen's public annotation is stored. */
async function upload(file: string, url: string, isLabels: boolean): Promise<void> {
  const opened = await openSource(file);
  const source = isLabels ? asLabels(opened) : opened;
  const { sizeVoxels, voxelSizeUm } = source.scales[0]!;
  const { dataType } = source;
  const wishes = { sizeVoxels, voxelSizeUm, chunkSize: [64, 64, 64], factor: 'auto', mips: 1 } as const;
  const mip = {
    ...planScales({ ...wishes, dataType })[0]!,
    ...(isLabels ? { labelBlock: [8, 8, 8] as const } : {}),
  };
  const store = await openStore(url);
  await writeVolumeInfo(store, '', [mip], { type: isLabels ? 'segmentation' : 'image' });
  await writeChunk(store, '', mip, [0, 0, 0], await source.read(0, boxAt([0, 0, 0], sizeVoxels)));
}

beforeAll(async () => {
  files = await writePhantom();
  server = await startS3Server({ buckets: [{ name: 'public', access: 'public-read' }, 'volumes'] });
  const environment = { ...server.environment, AWS_REGION: 'us-east-1', XDG_STATE_HOME: at('state') };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  await upload(files.sample, 's3://volumes/sample', false);
  await upload(at('atlas.nrrd'), 's3://public/atlas', false);
  await upload(at('labels.nrrd'), 's3://public/labels', true);
  const ontology = new TextEncoder().encode(ontologyCsv);
  await (await openStore('s3://public')).put('regions.csv', ontology);
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  await rm(files.folder, { recursive: true });
});

describe.runIf(runsAll)('registration in S3, with an atlas from the web', () => {
  const words = (): string[] => [
    ...['--orientation', 'RAS', '--atlas-orientation', 'RAS', '--workers', '2'],
    ...['--atlas', `precomputed://${server.url}/public/atlas`],
    ...['--parcellation', `${server.url}/public/labels`, '--ontology', `${server.url}/public/regions.csv`],
    ...['--schedule', at('schedule.json'), '--registration-resolution', '200'],
  ];
  const box = boxAt([0, 0, 0], [28, 22, 25]);

  it('registers, and writes all of it to the bucket', async () => {
    const { exitCode, out, err } = await say(
      'register',
      's3://volumes/sample',
      's3://volumes/out',
      ...words(),
    );
    expect(`${out}${err}`).toContain('Registration report: s3://volumes/out/registration/report');
    expect(exitCode).toBe(0);
    const store = await openStore('s3://volumes/out');
    const labels = await openVolume(store, 'registration/parcellation-on-sample');
    expect(labels.info.scales[0]!.encoding).toBe('compressed_segmentation');
    const { data } = await labels.read(0, box);
    const ids = [...new Set(data as Uint32Array)].sort((a, b) => a - b);
    expect(ids).toEqual([0, SMALL_ID, OTHER_ID, LARGE_ID]);
    const state = JSON.parse(new TextDecoder().decode((await store.get('registration/view.json'))!.bytes));
    expect(state.layers[0].source).toBe('precomputed://s3://volumes/sample');
    expect((await say('verify', 's3://volumes/out')).out).toMatch(
      /parcellation-on-sample: 1 chunk, all sound/,
    );
  }, 120_000);

  it('carries a volume over to the bucket, from the web', async () => {
    const { exitCode, out } = await say(
      ...['transform', `${server.url}/public/labels`, 's3://volumes/moved', '--with', 's3://volumes/out'],
      ...['--to', 'sample', '--workers', '2'],
    );
    expect(out).toContain('Volume: s3://volumes/moved/on-sample');
    expect(exitCode).toBe(0);
    const [moved, made] = await Promise.all([
      openVolume(await openStore('s3://volumes/moved'), 'on-sample'),
      openVolume(await openStore('s3://volumes/out'), 'registration/parcellation-on-sample'),
    ]);
    expect((await moved.read(0, box)).data).toEqual((await made.read(0, box)).data);
  }, 60_000);

  it('measures regions and carries points over with a registration in the bucket', async () => {
    const measured = await say('regions', 's3://volumes/sample', '--registration', 's3://volumes/out');
    expect(measured.out).toMatch(new RegExp(`^${LARGE_ID},LA,Large,5,`, 'm'));
    expect(measured.exitCode).toBe(0);
    await writeFile(at('in.csv'), 'id,x,y,z\na,2900,1900,3100\n');
    const to = ['--with', 's3://volumes/out', '--to', 'atlas'];
    expect((await say('transform-points', at('in.csv'), at('out.csv'), ...to)).exitCode).toBe(0);
    expect(await readFile(at('out.csv'), 'utf8')).toMatch(/^a,\d/m);
  });

  it('says where the atlas is not, and what to do', async () => {
    const words = ['--orientation', 'RAS', '--atlas', `${server.url}/public/nothing`, '--workers', '1'];
    const { exitCode, out, err } = await say(
      'register',
      's3://volumes/sample',
      's3://volumes/none',
      ...words,
    );
    expect(`${out}${err}`).toMatch(/public\/nothing\/info is not there: no precomputed volume/);
    expect(exitCode).toBe(1);
    expect(await (await openStore('s3://volumes/none')).head('registration/initial.json')).toBeUndefined();
  }, 60_000);
});
