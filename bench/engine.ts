/** The engine with the adapters of one machine: tasks that do nothing, and plans of a million tasks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { openSqlite } from '../shared/adapters/local/sqlite.ts';
import { openState } from '../shared/adapters/local/state.ts';
import { systemClock } from '../shared/adapters/local/system-clock.ts';
import { openStore } from '../shared/adapters/open-store.ts';
import { start } from '../shared/engine/commands.ts';
import { type Engine, PLAN_QUEUE, shapeOf } from '../shared/engine/engine.ts';
import { handleMessage } from '../shared/engine/handle-message.ts';
import { makeJob } from '../shared/engine/job.ts';
import { makePlanner } from '../shared/engine/planner.ts';
import type { NewJob } from '../shared/engine/records.ts';
import { type Pipeline, stepId, stepsWith } from '../shared/engine/step.ts';
import { runLocal } from '../shared/hosts/local.ts';

type Print = (text: string) => void;

const EMPTY_TASKS = 30_000;
const IN_FLIGHT = 64;
const PLANNED = [250_000, 500_000, 1_000_000];
const MIB = 2 ** 20;

export const benches = [
  { name: 'engine: empty tasks', run: emptyTasks },
  { name: 'engine: planning', run: planning },
];

/** Through plan, receive, run, done, fan-in and delete; beside it the least that any queue in SQLite must do. */
async function emptyTasks(print: Print): Promise<void> {
  const engine = await inFolder(runEmptyTasks);
  print(`empty tasks through the whole protocol: ${rateText(EMPTY_TASKS, engine)}, ${IN_FLIGHT} in flight`);
  const bare = await inFolder(claimAndComplete);
  print(`claim and complete in bare SQL:         ${rateText(EMPTY_TASKS, bare)}, one transaction each`);
  print(`ratio: ${(bare / engine).toFixed(2)}`);
}

async function runEmptyTasks(folder: string): Promise<number> {
  const pipeline = emptyPipeline(EMPTY_TASKS);
  const never = new AbortController().signal;
  const started = performance.now();
  const result = await runLocal({
    pipeline,
    pipelineModule: '',
    job: emptyJob(pipeline, folder),
    stateFolder: join(folder, 'state'),
    workers: IN_FLIGHT,
    memoryMiB: IN_FLIGHT,
    drain: never,
    stop: never,
    runner: { run: async () => ({ bytesRead: 0, bytesWritten: 0 }) },
  });
  if (result.status !== 'done' || result.tasks.ran !== EMPTY_TASKS) throw new Error(JSON.stringify(result));
  return secondsSince(started);
}

async function claimAndComplete(folder: string): Promise<number> {
  const database = await openSqlite(join(folder, 'bare.sqlite'));
  database.get('PRAGMA journal_mode = WAL');
  database.get('PRAGMA synchronous = NORMAL');
  database.run('CREATE TABLE tasks (id INTEGER PRIMARY KEY, state INTEGER)');
  database.run('CREATE INDEX tasks_by_state ON tasks (state, id)');
  database.run('CREATE TABLE finished (id INTEGER PRIMARY KEY)');
  const sql = `WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ${EMPTY_TASKS})
    INSERT INTO tasks SELECT id, 0 FROM n`;
  database.run(sql);
  const claim = `UPDATE tasks SET state = 1 WHERE id = (SELECT id FROM tasks WHERE state = 0 ORDER BY id LIMIT 1)
    RETURNING id`;
  const started = performance.now();
  for (let task = 0; task < EMPTY_TASKS; task += 1) {
    const [claimed] = database.all<{ id: number }>(claim);
    database.transaction(() => {
      database.run('INSERT INTO finished VALUES (?)', claimed?.id);
      database.run('DELETE FROM tasks WHERE id = ?', claimed?.id);
    });
  }
  const seconds = secondsSince(started);
  database.close();
  return seconds;
}

/** Plan and expand only: the memory must not grow with the tasks beyond their messages on disk. */
async function planning(print: Print): Promise<void> {
  for (const count of PLANNED) {
    const before = process.memoryUsage.rss();
    const { seconds, peak } = await inFolder((folder) => planTasks(folder, count));
    const growth = (peak - before) / MIB;
    print(`planning ${count} tasks: ${rateText(count, seconds)}, memory grew by ${growth.toFixed(0)} MiB`);
  }
}

async function planTasks(folder: string, count: number): Promise<{ seconds: number; peak: number }> {
  const pipeline = emptyPipeline(count);
  const { table, queues, close } = await openState(join(folder, 'state'), systemClock);
  const openOutput = () => openStore(join(folder, 'output'));
  const runner = { run: () => Promise.reject(new Error('nothing runs here')) };
  const steps = pipeline.steps.map(shapeOf);
  const planner = makePlanner(pipeline, openOutput);
  const engine: Engine = {
    table,
    queues,
    clock: systemClock,
    steps,
    planner,
    runner,
    openOutput,
    worker: 'bench',
  };
  const started = performance.now();
  await start(engine, emptyJob(pipeline, folder));
  let peak = 0;
  while (await handleSome(engine)) peak = Math.max(peak, process.memoryUsage.rss());
  const seconds = secondsSince(started);
  const waiting = await queues.queue('bench').depth();
  if (waiting.visible !== count) throw new Error(`${waiting.visible} tasks wait, expected ${count}`);
  close();
  return { seconds, peak };
}

/** False where no plan is left. */
async function handleSome(engine: Engine): Promise<boolean> {
  const queue = engine.queues.queue(PLAN_QUEUE);
  const { signal } = new AbortController();
  const deliveries = await queue.receive({ max: 16, waitSeconds: 0, leaseSeconds: 60 });
  const settle = async ({ handle, body }: (typeof deliveries)[number]) => {
    const outcome = await handleMessage(body, engine, { signal });
    if (outcome.kind === 'delete') await queue.delete([handle]);
  };
  await Promise.all(deliveries.map(settle));
  return deliveries.length > 0;
}

type NoParameters = Record<string, never>;

function emptyPipeline(count: number): Pipeline<NoParameters> {
  const step = stepsWith<NoParameters>()({
    service: 'bench',
    name: 'empty',
    waitsFor: [],
    reads: {},
    needs: () => ({ memoryMiB: 1, threads: 1, seconds: 0 }),
    plan: () => ({ count, task: (index) => index }),
    run: async () => {},
  });
  return { version: '1', parameters: z.object({}).strict() as never, steps: [step] };
}

function emptyJob(pipeline: Pipeline<NoParameters>, folder: string): NewJob {
  const output = pathToFileURL(join(folder, 'output')).href;
  const steps = pipeline.steps.map(stepId);
  return makeJob({
    input: output,
    output,
    parameters: {},
    pipelineVersion: '1',
    build: 'bench',
    createdAt: systemClock.now(),
    steps,
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudreg-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const secondsSince = (started: number): number => (performance.now() - started) / 1000;
const rateText = (count: number, seconds: number): string =>
  `${Math.round(count / seconds).toLocaleString('en')} tasks/s (${seconds.toFixed(1)} s)`;
