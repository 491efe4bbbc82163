import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Estimate } from '../../../cli/estimate/estimate.ts';
import { makePhantomAcquisition } from '../../../cli/phantom/make-phantom.ts';
import { cloudreg } from '../../../cli/program.ts';
import { cloudreg as binary, folderForTests, lastObject } from '../../end-to-end/binary.ts';
import { writeSmallAcquisition } from '../../end-to-end/small-acquisition.ts';
import { runsAll } from '../../long.ts';
import { fakeTerminal } from '../fake-terminal.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

let home: { path: string; remove(): void };
let raw: string;
let prices: string;
beforeAll(() => {
  home = folderForTests();
  raw = join(home.path, 'raw');
  prices = readFileSync('cli/estimate/prices.json', 'utf8');
  writeSmallAcquisition(raw, { channels: 2 });
});
afterAll(() => home.remove());

async function say(words: readonly string[], options: { isTerminal?: boolean } = {}) {
  const terminal = fakeTerminal({ columns: 200, ...options });
  const exitCode = await cloudreg([...words], terminal);
  return { exitCode, ...terminal.written };
}

async function estimateOf(...words: string[]): Promise<Estimate> {
  const { exitCode, out, err } = await say(['estimate', ...words]);
  expect(err).toBe('');
  expect(exitCode).toBe(0);
  return JSON.parse(out) as Estimate;
}

const withPrices = (name: string, text: string): string => {
  const path = join(home.path, name);
  writeFileSync(path, text);
  return path;
};

describe('estimate', () => {
  it('is one JSON object where the output is no terminal, and tables where it is', async () => {
    const found = await estimateOf(raw);
    expect(found).toMatchObject({ event: 'estimate', prices: { region: 'us-east-1' } });
    const { out } = await say(['estimate', raw], { isTerminal: true });
    expect(out).toMatch(/^step +tasks +memory +raw read/);
    expect(out).toContain(`Prices of ${found.prices.date}, us-east-1: https://aws.amazon.com/`);
    expect(out).toMatch(/CloudReg +\$\d.*r5d\.24xlarge/);
    expect(JSON.parse((await say(['estimate', raw, '--json'], { isTerminal: true })).out)).toMatchObject({
      event: 'estimate',
    });
  });

  it('writes nothing, also where it is told the output', async () => {
    const output = join(home.path, 'nothing');
    await estimateOf(raw, '--output', output);
    expect(existsSync(output)).toBe(false);
  });

  it('takes more machines for less time', async () => {
    const slow = await estimateOf(raw, '--fleet', '1');
    const fast = await estimateOf(raw, '--fleet', '50');
    expect(fast.wallSeconds).toBeLessThanOrEqual(slow.wallSeconds);
    const named = await estimateOf(raw, '--fleet', 'stitching=3');
    expect(named.fleet).toMatchObject({ stitching: 3, downsampling: 8 });
  });

  it('follows the parameters of the job', async () => {
    const coarse = await estimateOf(raw, '--chunk-size', '128,128,64');
    const fine = await estimateOf(raw, '--chunk-size', '16,16,16');
    const puts = ({ bill }: Estimate) => bill.requests.find(({ what }) => what === 'S3 PUT')!.count;
    expect(puts(fine)).toBeGreaterThan(10 * puts(coarse) - 1000);
    const one = await estimateOf(raw, '--channels', '0');
    const survey = ({ steps }: Estimate) =>
      steps.find(({ step }) => step === 'tile-correction.survey')!.tasks;
    expect([survey(one), survey(coarse)]).toEqual([4, 8]);
  });

  it.each([
    ['--encoding', 'png'],
    ['--compress', 'none'],
  ])('says that %s %s was not measured', async (flag, value) => {
    const asked = `${flag} ${value} was not measured`;
    expect((await estimateOf(raw, flag, value)).notes).toContainEqual(expect.stringContaining(asked));
    expect((await estimateOf(raw)).notes.join()).not.toContain('was not measured');
  });

  it('is what run --dry-run prints, too', async () => {
    const words = ['run', raw, join(home.path, 'dry')];
    const { out } = await say([...words, '--dry-run', '--json']);
    const { steps, bill, bytesWritten } = await estimateOf(raw);
    expect(JSON.parse(out).estimate).toMatchObject(JSON.parse(JSON.stringify({ steps, bill, bytesWritten })));
    const text = await say([...words, '--dry-run']);
    expect(text.out).toMatch(/^stitching\.fuse +\d/m);
    expect(text.out).toContain('Nothing was written.');
  });

  it.each([
    [['--fleet', 'stiching=4'], 'did you mean stitching?'],
    [['--fleet', 'stitching=none'], 'expected a number of machines above 0'],
    [['--fleet', '0'], 'expected a number of machines above 0'],
    [['--prices', 'no-such-file.json'], '--prices no-such-file.json cannot be read'],
  ])('refuses %j', async (words, text) => {
    const { exitCode, err } = await say(['estimate', raw, ...words]);
    expect(err).toContain(text);
    expect(exitCode).toBe(2);
  });

  it('refuses prices that are no prices, and says where', async () => {
    const broken = await say(['estimate', raw, '--prices', withPrices('broken.json', '{"format": ')]);
    expect(broken.err).toContain('is not JSON');
    const wrong = withPrices('wrong.json', prices.replace('"sqsPerMillionRequests": 0.4', '"sqs": 0.4'));
    const { exitCode, err } = await say(['estimate', raw, '--prices', wrong]);
    expect(err).toContain('sqsPerMillionRequests');
    expect(exitCode).toBe(2);
  });

  it('warns of prices that are older than a year', async () => {
    const old = withPrices('old.json', prices.replace(/"date": "[^"]*"/, '"date": "2019-05-01"'));
    const { exitCode, err, out } = await say(['estimate', raw, '--prices', old]);
    expect(err).toMatch(/^Warning: Prices are of 2019-05-01, \d+ days old/);
    expect(JSON.parse(out).warnings).toHaveLength(1);
    expect(exitCode).toBe(0);
  });

  it('says what is missing where there is no acquisition', async () => {
    mkdirSync(join(home.path, 'empty'));
    const { exitCode, err } = await say(['estimate', join(home.path, 'empty')]);
    expect(err).toContain('not a COLM acquisition');
    expect(exitCode).toBe(1);
  });
});

/** What data decide (compression, what is found worth a picture) may be off by so much. */
const FACTOR = 2;

describe.runIf(runsAll)('an estimate against a real run', () => {
  it(`has its tasks, and its bytes within a factor of ${FACTOR}`, async () => {
    const folder = join(home.path, 'phantom');
    await makePhantomAcquisition({
      folder,
      rows: 2,
      columns: 3,
      tileSize: [320, 320, 64],
      channels: 2,
      missing: [1],
    });
    const words = ['--chunk-size', '64,64,32'];
    const estimated = await estimateOf(folder, ...words);
    const output = join(home.path, 'volume');
    const run = await binary('run', folder, output, '--json', ...words);
    expect(run.exitCode).toBe(0);
    const { steps } = lastObject((await binary('status', output, '--json')).out);
    const really = (steps as { step: string; tasks: number }[]).map(({ step, tasks }) => [step, tasks]);
    expect(estimated.steps.map(({ step, tasks }) => [step, tasks])).toEqual(really);
    const { bytesRead, bytesWritten } = lastObject(run.out) as { bytesRead: number; bytesWritten: number };
    for (const ratio of [estimated.bytesRead / bytesRead, estimated.bytesWritten / bytesWritten]) {
      expect(ratio).toBeGreaterThan(1 / FACTOR);
      expect(ratio).toBeLessThan(FACTOR);
    }
  });
});
