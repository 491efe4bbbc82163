/**
 * `npm run test:chaos -- --seed N --kills N`: consumers are killed at random, calls to AWS fail, messages come twice and late;
 * the jobs must end done, with the bytes of an undisturbed run on one machine, every task recorded once and no message
 * left. Then a task that kills whoever runs it must end among the failed ones while the rest completes, and `retry`
 * must finish the job. The last line is one JSON object; exit code 0 only if all of it held.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { stateOf } from '../../cli/job-state.ts';
import { openStore, toUrl } from '../../shared/adapters/open-store.ts';
import { writeSmallAcquisition } from '../end-to-end/small-acquisition.ts';
import { type Random, seededRandom } from '../engine/kit/random.ts';
import { auditJob, countMessages } from './audit-job.ts';
import { crewOf } from './crew.ts';
import { type FaultCounts, faultyHandle } from './faults.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { type LocalCloud, QUEUES, startLocalCloud } from './local-cloud.ts';
import { type Poison, poisonedHandle } from './poison.ts';
import { runProgram } from './program.ts';
import { compareVolumes, type Volumes } from './same-volumes.ts';
import { uploadFolder } from './upload-folder.ts';
import { waitFor } from './wait-for.ts';

const RAW = 's3://raw/brain';
/** Short, so that what a killed consumer held comes back soon; heartbeats go at a third of it. */
const LEASE_SECONDS = 6;
const RATES = { calls: 0.05, messages: 0.05 };
const ROUND_SECONDS = 300;
const QUIET_SECONDS = 90;
/** Many small tasks; without estimation of corrections, which takes longer than all the rest. */
const PARAMETERS = [
  ...['--chunk-size', '32,32,16', '--factor', '2,2,1'],
  ...['--flat-field', 'none', '--background', 'none'],
];

interface Wish {
  readonly seed: number;
  readonly kills: number;
}

interface Findings {
  readonly violations: string[];
  readonly figures: Record<string, unknown>;
}

async function main(): Promise<number> {
  const wish = readWish();
  const folder = await mkdtemp(join(tmpdir(), 'cloudreg-chaos-'));
  const started = performance.now();
  const findings: Findings = { violations: [], figures: {} };
  try {
    const local = await runUndisturbed(folder);
    await survive(wish, folder, local, findings);
    await surviveThePoison(folder, local, findings);
  } catch (error) {
    findings.violations.push((error as Error).message);
  }
  const { violations, figures } = findings;
  if (violations.length === 0) await rm(folder, { recursive: true });
  else say(`Logs are kept in ${folder}`);
  const seconds = Math.round((performance.now() - started) / 1000);
  const event = violations.length === 0 ? 'done' : 'error';
  process.stdout.write(`${JSON.stringify({ event, ...wish, ...figures, seconds, violations })}\n`);
  return violations.length === 0 ? 0 : 1;
}

function readWish(): Wish {
  const { values } = parseArgs({
    options: { seed: { type: 'string', default: '1' }, kills: { type: 'string', default: '50' } },
  });
  const [seed, kills] = [Number(values.seed), Number(values.kills)];
  if (Number.isSafeInteger(seed) && Number.isSafeInteger(kills)) return { seed, kills };
  throw new Error('usage: npm run test:chaos -- --seed <number> --kills <number>');
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const rawFolder = (folder: string): string => join(folder, 'raw');

/** The volume that everything else must equal. */
async function runUndisturbed(folder: string): Promise<Volumes> {
  writeSmallAcquisition(rawFolder(folder), { rows: 4, columns: 4, planes: 16, channels: 2 });
  const output = join(folder, 'local');
  const { exitCode, err } = await runProgram(['run', rawFolder(folder), output, ...PARAMETERS], {});
  if (exitCode !== 0) throw new Error(`the run on this machine failed: ${err}`);
  return { store: await openStore(output), input: toUrl(rawFolder(folder)) };
}

/** Jobs one after the other, until as many consumers were killed as was asked for. */
async function survive(wish: Wish, folder: string, local: Volumes, findings: Findings): Promise<void> {
  const random = seededRandom(wish.seed);
  const counts: FaultCounts = new Map();
  const cloud = await startLocalCloud({
    logFolder: join(folder, 'logs'),
    handle: (service) => faultyHandle({ service, random, rates: RATES, counts }),
  });
  await uploadFolder(rawFolder(folder), cloud.store(RAW));
  const fleet = startFleet(cloud, crewOf({ leaseSeconds: LEASE_SECONDS, workers: 2 }));
  const killer = startKiller(fleet, random, wish.kills);
  try {
    const rounds = await runRounds(cloud, killer, wish.kills, local, findings);
    await killer.stop();
    await expectQuiet(cloud, findings);
    const killed = killer.kills();
    Object.assign(findings.figures, { killed, ...rounds, faults: Object.fromEntries(counts) });
    findings.violations.push(...fleet.ownEnds.map((end) => `a consumer ended by itself, ${end}`));
  } finally {
    await killer.stop();
    await fleet.stop('SIGKILL');
    await cloud.stop();
  }
}

interface Killer {
  kills(): number;
  stop(): Promise<void>;
}

/** A consumer needs a second or more to start: killed more often, none would get to work. */
const [SHORTEST_PAUSE, LONGEST_PAUSE] = [500, 2500];

function startKiller(fleet: Fleet, random: Random, most: number): Killer {
  let kills = 0;
  let isStopped = false;
  const killing = (async () => {
    while (!isStopped && kills < most) {
      await sleep(SHORTEST_PAUSE + random.below(LONGEST_PAUSE - SHORTEST_PAUSE));
      const atWork = fleet.atWork();
      if (isStopped || atWork.length === 0) continue;
      fleet.kill(random.pick(atWork).name);
      kills += 1;
    }
  })();
  return {
    kills: () => kills,
    async stop() {
      isStopped = true;
      await killing;
    },
  };
}

async function runRounds(
  cloud: LocalCloud,
  killer: Killer,
  kills: number,
  local: Volumes,
  findings: Findings,
): Promise<{ readonly jobs: number; readonly tasks: number; readonly objectsCompared: number }> {
  let [jobs, tasks, objectsCompared] = [0, 0, 0];
  do {
    jobs += 1;
    const output = `s3://volumes/round-${jobs}`;
    const jobId = await enqueue(cloud, output);
    await waitForStatus(cloud, jobId, 'done', ROUND_SECONDS);
    const audit = await auditJob(cloud.open.table, jobId);
    const comparison = await compareVolumes(local, { store: cloud.store(output), input: RAW });
    findings.violations.push(...audit.violations, ...comparison.differences);
    tasks += audit.tasks;
    objectsCompared += comparison.objects;
    say(
      `Job ${jobs} done: ${audit.tasks} tasks, ${comparison.objects} objects, ${killer.kills()} kills so far`,
    );
  } while (killer.kills() < kills);
  return { jobs, tasks, objectsCompared };
}

/** With the program itself: what its calls meet is the same. */
async function enqueue(cloud: LocalCloud, output: string): Promise<string> {
  const { exitCode, out, err } = await cloud.run(['enqueue', RAW, output, ...PARAMETERS, '--json']);
  if (exitCode !== 0) throw new Error(`enqueue ended with ${exitCode}: ${out}${err}`);
  return (JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as { jobId: string }).jobId;
}

async function waitForStatus(
  { open: { table } }: LocalCloud,
  jobId: string,
  status: string,
  seconds: number,
): Promise<void> {
  const isOver = async (): Promise<string | false> => {
    const job = await table.getJob(jobId);
    const state = job && (await stateOf(table, job));
    return state && !['waiting', 'running'].includes(state.status) ? state.status : false;
  };
  const found = await waitFor(isOver, { seconds, why: `job ${jobId} has not ended` });
  if (found !== status) throw new Error(`job ${jobId} is ${found}, expected ${status}`);
}

/** Duplicates and late messages are dropped by whoever receives them; then nothing is left. */
async function expectQuiet({ open }: LocalCloud, findings: Findings): Promise<void> {
  const isQuiet = async () => (await countMessages(open.queues, QUEUES)) === 0;
  await waitFor(isQuiet, { seconds: QUIET_SECONDS, why: 'the queues are not empty' }).catch((error: Error) =>
    findings.violations.push(error.message),
  );
}

/** A chunk of the largest resolution whose writing kills the writer. */
const POISON_RECEIVES = 4;

async function surviveThePoison(folder: string, local: Volumes, findings: Findings): Promise<void> {
  const poison: Poison = { key: await someChunk(local), deaths: 0 };
  let fleet: Fleet | undefined;
  const kill = (name: string): void => fleet?.kill(name);
  const cloud = await startLocalCloud({
    logFolder: join(folder, 'poison-logs'),
    maxReceives: POISON_RECEIVES,
    handle: (service) =>
      service === 's3' ? poisonedHandle(poison, kill, (call, forward) => forward(call)) : undefined,
  });
  try {
    await uploadFolder(rawFolder(folder), cloud.store(RAW));
    // One task at a time: those beside it would share its deaths.
    fleet = startFleet(cloud, crewOf({ leaseSeconds: LEASE_SECONDS, workers: 1 }));
    const output = 's3://volumes/poisoned';
    const jobId = await enqueue(cloud, output);
    await waitForStatus(cloud, jobId, 'failed', ROUND_SECONDS);
    findings.figures.poison = await describeFailure(cloud, jobId, poison, findings);
    poison.key = undefined;
    const retried = await cloud.run(['retry', jobId]);
    if (retried.exitCode !== 0) throw new Error(`retry ended with ${retried.exitCode}: ${retried.err}`);
    await waitForStatus(cloud, jobId, 'done', ROUND_SECONDS);
    const comparison = await compareVolumes(local, { store: cloud.store(output), input: RAW });
    const audit = await auditJob(cloud.open.table, jobId);
    findings.violations.push(...audit.violations, ...comparison.differences);
    await expectQuiet(cloud, findings);
  } finally {
    await fleet?.stop('SIGKILL');
    await cloud.stop();
  }
}

async function someChunk({ store }: Volumes): Promise<string> {
  for await (const { key } of store.list('CHN00/')) if (!key.endsWith('/info')) return key;
  throw new Error(`${store.url} holds no chunk`);
}

/** One task failed, and nothing else. */
async function describeFailure(
  { open: { table } }: LocalCloud,
  jobId: string,
  poison: Poison,
  { violations }: Findings,
): Promise<object> {
  const job = await table.getJob(jobId);
  if (!job) throw new Error(`there is no job ${jobId}`);
  const { failures, steps } = await stateOf(table, job);
  const [failure, ...others] = failures;
  if (!failure || others.length > 0)
    violations.push(`${failures.length} failures, expected the poisoned one`);
  for (const { step, tasks, done, failed, state } of steps)
    if (state !== 'waiting' && done + failed !== tasks)
      violations.push(`${step}: ${done} of ${tasks} tasks done, ${failed} failed, beside the poisoned one`);
  return { deaths: poison.deaths, step: failure?.step, error: failure?.lastError.message };
}

process.on('SIGINT', () => process.exit(130)).on('SIGTERM', () => process.exit(143));
process.exitCode = await main();
