/**
 * The whole way over the wire: an upload's event, plans, tasks of every service in processes of their own, and a volume in S3
 * that is byte for byte that of a run on one machine; with what AWS would bill for it. `npm run test:wire` takes more tiles.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateOf } from '../../cli/job-state.ts';
import { INI } from '../../shared/acquisition/colm/read-colm.ts';
import { queueName, UPLOAD_QUEUE } from '../../shared/adapters/aws/deployment.ts';
import { openStore } from '../../shared/adapters/open-store.ts';
import { PLAN_QUEUE } from '../../shared/engine/engine.ts';
import { folderForTests } from '../end-to-end/binary.ts';
import { writeSmallAcquisition } from '../end-to-end/small-acquisition.ts';
import { runsAll } from '../long.ts';
import { type Audit, auditJob, countMessages } from './audit-job.ts';
import { crewOf } from './crew.ts';
import { type LocalCloud, QUEUES, RAW_BUCKET, SERVICES, startLocalCloud } from './local-cloud.ts';
import { runProgram } from './program.ts';
import { compareVolumes } from './same-volumes.ts';
import { uploadEvent } from './upload-event.ts';
import { uploadFolder } from './upload-folder.ts';
import { waitFor } from './wait-for.ts';
import { meteredHandle, newMeter, queueOf, type WireMeter, workRequests } from './wire-meter.ts';
import { type Call, callerOf } from './wire-proxy.ts';

const GRID = runsAll ? 10 : 2;
/** The long form as a machine of a fleet has them; for tasks as short as these more threads only take time to start. */
const SLOTS = runsAll ? 8 : 1;
const JOB_SECONDS = runsAll ? 500 : 200;
const PARAMETERS = { chunkSize: [32, 32, 8], flatField: 'none', background: 'none' };

const home = folderForTests();
/** Requests by queue, units by process. */
const meters = new Map<string, WireMeter>();
let cloud: LocalCloud;
let audit: Audit;

const meter = (name: string): WireMeter => {
  const found = meters.get(name) ?? newMeter();
  meters.set(name, found);
  return found;
};
const meterOf = (call: Call): WireMeter =>
  meter((call.service === 'sqs' ? queueOf(call) : callerOf(call)) ?? 'others');

const sum = (names: readonly string[], what: (one: WireMeter) => number): number =>
  names.reduce((total, name) => total + what(meter(name)), 0);

beforeAll(
  async () => {
    cloud = await startLocalCloud({
      logFolder: join(home.path, 'logs'),
      handle: (service) => (service === 's3' ? undefined : meteredHandle(meterOf)),
    });
    for (const post of crewOf({ workers: SLOTS })) cloud.start(post);
    await runHere();
    await runThere();
  },
  (JOB_SECONDS + 100) * 1000,
);

afterAll(async () => {
  await cloud.stop();
  home.remove();
});

async function runHere(): Promise<void> {
  const raw = join(home.path, 'raw');
  writeSmallAcquisition(raw, { rows: GRID, columns: GRID, channels: runsAll ? 2 : 1 });
  const config = join(home.path, 'parameters.json');
  writeFileSync(config, JSON.stringify(PARAMETERS));
  writeFileSync(join(raw, 'cloudreg.json'), JSON.stringify(PARAMETERS));
  const ended = await runProgram(['run', raw, join(home.path, 'local'), '--config', config], {});
  expect(ended, ended.err).toMatchObject({ exitCode: 0 });
}

async function runThere(): Promise<void> {
  const { table, queues } = cloud.open;
  await uploadFolder(join(home.path, 'raw'), cloud.store(`s3://${RAW_BUCKET}/brain`));
  const body = uploadEvent({ bucket: RAW_BUCKET, key: `brain/${INI}`, size: 1000 });
  // S3 promises at least one.
  await queues.queue(UPLOAD_QUEUE).send([
    { body, group: 'brain' },
    { body, group: 'brain' },
  ]);
  const isOver = async () => {
    const [job] = await table.listJobs();
    const state = job && (await stateOf(table, job));
    return state && !['waiting', 'running'].includes(state.status) && { job, status: state.status };
  };
  const found = await waitFor(isOver, { seconds: JOB_SECONDS, why: 'the job of the upload has not ended' });
  expect(found.status).toBe('done');
  audit = await auditJob(table, found.job.jobId);
}

describe('an upload', () => {
  it('becomes the volume that a run on one machine makes, byte for byte', async () => {
    const comparison = await compareVolumes(
      { store: await openStore(join(home.path, 'local')), input: `file://${join(home.path, 'raw')}` },
      { store: cloud.store('s3://volumes/brain'), input: 's3://raw/brain' },
    );
    expect(comparison.differences).toEqual([]);
    expect(comparison.objects).toBeGreaterThan(10);
  });

  it('has every task recorded once, and leaves no message', async () => {
    expect(audit.violations).toEqual([]);
    await waitFor(async () => (await countMessages(cloud.open.queues, QUEUES)) === 0, {
      seconds: 60,
      why: 'messages are left',
    });
  });

  // Few tasks share the requests that a step costs once.
  it.runIf(runsAll)('takes at most 1.5 requests to SQS a task', () => {
    const taskQueues = SERVICES.map((service) => queueName(cloud.deployment, service));
    const perTask = sum(taskQueues, workRequests) / audit.tasks;
    const plans = meter(queueName(cloud.deployment, PLAN_QUEUE));
    print(`${audit.tasks} tasks: ${perTask.toFixed(2)} SQS requests a task`);
    print(
      `  apart: ${workRequests(plans)} for plans and expansions, ` +
        `${sum(taskQueues, (one) => one.emptyReceive)} empty polls, ${sum(taskQueues, (one) => one.visibility)} heartbeats and hand-backs`,
    );
    expect(perTask).toBeLessThanOrEqual(1.5);
  });

  it.runIf(runsAll)('takes at most 3 write units and 2 read units of DynamoDB a task', () => {
    const { tasks } = audit;
    const writes = sum(SERVICES, (one) => one.writeUnits);
    const reads = sum(SERVICES, (one) => one.readUnits);
    const { readUnits, writeUnits } = meter(PLAN_QUEUE);
    print(
      `  DynamoDB: ${(writes / tasks).toFixed(2)} write units and ${(reads / tasks).toFixed(2)} read units a task,`,
    );
    print(`  apart: ${writeUnits} write units and ${readUnits} read units for plans and expansions`);
    expect(writes / tasks).toBeLessThanOrEqual(3);
    // Each reads its group at least.
    expect(reads).toBeGreaterThan(tasks);
    expect(reads / tasks).toBeLessThanOrEqual(2);
  });
});

const print = (text: string): void => void process.stdout.write(`${text}\n`);
