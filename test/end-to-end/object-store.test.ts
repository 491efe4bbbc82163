/** The local engine on remote data: `s3://` in the place of both folders, and of one. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openStore } from '../../shared/adapters/open-store.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { type S3Server, startS3Server } from '../cloud/servers/s3-server.ts';
import { runsAll } from '../long.ts';
import { cloudreg, cloudregHere, folderForTests, lastObject, UNCORRECTED } from './binary.ts';
import { writeSmallAcquisition } from './small-acquisition.ts';

// Each test starts the program several times, on machines that are busy.
vi.setConfig({ testTimeout: 120_000 });

// One thread: starting a second takes longer than all the work.
const WORDS = [...UNCORRECTED, '--chunk-size', '64,64,8', '--workers', '1'];
const RAW = 's3://lab/raw data/brain 1';
const OUTPUT = 's3://lab/volumes/brain 1';
const home = folderForTests();
const localRaw = join(home.path, 'raw');
const localOutput = join(home.path, 'volume');
let server: S3Server;

beforeAll(async () => {
  server = await startS3Server({ buckets: ['lab'] });
  const environment = {
    ...server.environment,
    AWS_REGION: 'us-east-1',
    XDG_STATE_HOME: join(home.path, 'state'),
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  writeSmallAcquisition(localRaw, { channels: 2 });
  await copy(await openStore(localRaw), await openStore(RAW));
  expect(await cloudreg('run', localRaw, localOutput, ...WORDS)).toMatchObject({ exitCode: 0 });
}, 120_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  home.remove();
});

async function copy(from: ObjectStore, to: ObjectStore): Promise<void> {
  for await (const { key } of from.list('')) await to.put(key, (await from.get(key))!.bytes);
}

/** What readers see, with its encoding: no files of the job's own, and none that tell from where and when it came. */
async function contents(place: string): Promise<Record<string, string>> {
  const store = await openStore(place);
  const found: Record<string, string> = {};
  for await (const { key } of store.list('')) {
    const object = await store.get(key);
    if (!/^\.cloudreg\/|\/provenance$|report\.md$/.test(key))
      found[key] = `${object?.encoding} ${Buffer.from(object!.bytes).toString('base64')}`;
  }
  return found;
}

const keysIn = async (place: string): Promise<string[]> => Object.keys(await contents(place));

// Long, and the short form over the wire (test/cloud) goes the same way.
describe.runIf(runsAll)('a run from a bucket to a bucket', () => {
  it('writes what the same run writes to a folder, chunks compressed under their plain names', async () => {
    const { exitCode, out, err } = await cloudreg('run', RAW, OUTPUT, ...WORDS);
    expect(exitCode).toBe(0);
    expect(err).toContain(`State of this job, on this machine only: ${home.path}/state/cloudreg/`);
    expect(out).toContain(`Volume: ${OUTPUT}/CHN00\nVolume: ${OUTPUT}/CHN01\n`);
    expect(out).toContain(`Quality report: ${OUTPUT}/report/report.md`);
    const written = await contents(OUTPUT);
    expect(written).toEqual(await contents(localOutput));
    const chunks = Object.entries(written).filter(([key]) => /\d+-\d+_\d+-\d+_\d+-\d+$/.test(key));
    expect(chunks.length).toBeGreaterThan(2);
    for (const [key, text] of chunks) expect(text, key).toMatch(/^gzip /);
    expect(existsSync('s3:')).toBe(false);
  });

  it('can be looked at, verified, done again without work, and gone on with', async () => {
    expect((await cloudreg('status', OUTPUT)).out).toMatch(/^job [0-9a-f]{16}: done\n/);
    const verified = await cloudreg('verify', OUTPUT);
    expect(verified.out).toMatch(new RegExp(`Verified ${OUTPUT}/CHN01: \\d+ chunks?, all sound`));
    expect(verified.exitCode).toBe(0);
    for (const words of [
      ['run', RAW, OUTPUT, ...WORDS],
      ['resume', OUTPUT],
      ['retry', OUTPUT],
    ]) {
      const { out } = await cloudreg(...words, '--json');
      expect(lastObject(out), words.join(' ')).toMatchObject({
        event: 'done',
        bytesWritten: 0,
        output: OUTPUT,
      });
    }
  });

  it('is refused where another job owns the output', async () => {
    const { exitCode, err } = await cloudreg('run', RAW, OUTPUT, '--mips', '1', ...WORDS);
    expect(err).toContain(`${OUTPUT} holds another job`);
    expect(err).toContain(`cloudreg clean --all ${OUTPUT}`);
    expect(exitCode).toBe(2);
  });

  it('cannot be gone on with on another machine, which is said', async () => {
    vi.stubEnv('XDG_STATE_HOME', join(home.path, 'other machine'));
    for (const word of ['resume', 'retry', 'status', 'clean']) {
      const { exitCode, err } = await cloudreg(word, OUTPUT);
      expect(err, word).toContain(`The state of the job in ${OUTPUT} is not on this machine`);
      expect(exitCode).toBe(2);
    }
    expect(await cloudreg('verify', OUTPUT)).toMatchObject({ exitCode: 0 });
    vi.stubEnv('XDG_STATE_HOME', join(home.path, 'state'));
  });

  it('is cleaned of its intermediate files, and altogether', async () => {
    const before = await contents(OUTPUT);
    expect((await cloudreg('clean', OUTPUT)).out).toMatch(
      /Removed \d+ files .* from s3:\/\/lab\/volumes\/brain 1/,
    );
    expect(await contents(OUTPUT)).toEqual(before);
    expect((await cloudreg('status', OUTPUT)).exitCode).toBe(0);
    const store = await openStore(OUTPUT);
    expect((await store.list('.cloudreg/stitching/')[Symbol.asyncIterator]().next()).done).toBe(true);
    expect(await cloudreg('clean', '--all', OUTPUT)).toMatchObject({ exitCode: 0, err: '' });
    expect((await store.list('')[Symbol.asyncIterator]().next()).done).toBe(true);
    expect(readdirSync(join(home.path, 'state/cloudreg'))).toEqual([]);
    expect((await keysIn(RAW)).length).toBeGreaterThan(60);
  });
});

describe('places of two kinds', () => {
  it('mix: from a bucket to a folder, with a placement that is in a bucket', async () => {
    const output = join(home.path, 'from bucket');
    const placement = await (await openStore(localOutput)).get('.cloudreg/stitching/placement.json');
    await (await openStore('s3://lab')).put('my placements/50%.json', placement!.bytes);
    // The later word counts.
    const words = [...WORDS, '--placement', 's3://lab/my placements/50%.json'];
    const { exitCode, err } = await cloudreg('run', RAW, output, ...words);
    expect(err).not.toContain('cloudreg:');
    expect(exitCode).toBe(0);
    const volumes = async (place: string) =>
      Object.entries(await contents(place)).filter(([key]) => /^CHN\d\d\/\d/.test(key));
    expect(await volumes(output)).toEqual(await volumes(localOutput));
  });

  it('are refused where the output lies inside the acquisition, or cannot be written', async () => {
    const inside = await cloudregHere('run', RAW, `${RAW}/out`, ...WORDS);
    expect(inside.err).toContain('lies inside the acquisition');
    const web = await cloudregHere('run', localRaw, `${server.url}/lab/x`, ...WORDS);
    expect(web.err).toMatch(/The output cannot be written.*nothing can be written on a web server/);
    const list = await cloudregHere('run', `${server.url}/lab/x`, localOutput, ...WORDS);
    expect(list.err).toContain('does not say which planes it holds: give a folder or an s3:// URL');
    for (const { exitCode } of [inside, web, list]) expect(exitCode).toBe(2);
  });

  it('say what to do where there is no bucket', async () => {
    const { exitCode, err } = await cloudregHere('run', 's3://nowhere/raw', OUTPUT, ...WORDS);
    expect(err).toMatch(
      /^cloudreg: s3:\/\/nowhere\/raw\/[\w .]+: cannot read: there is no such bucket\. Check its name, or create it\.\n$/,
    );
    expect(exitCode).toBe(1);
  });
});
