/**
 * A job over the memory twins: scripted steps whose tasks write one file each, made from the files they read. What a
 * file must hold follows from the generations alone, so any task that ran too early or wrote too late shows.
 */
import { createHash } from 'node:crypto';
import { handClock } from '../../../shared/adapters/memory/clock.ts';
import { memoryQueues } from '../../../shared/adapters/memory/queue.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { memoryTable } from '../../../shared/adapters/memory/table.ts';
import { readAccepted } from '../../../shared/engine/accepted.ts';
import { type Engine, PLAN_QUEUE, type StepShape } from '../../../shared/engine/engine.ts';
import { PermanentError, TaskAborted } from '../../../shared/engine/errors.ts';
import { handleMessage } from '../../../shared/engine/handle-message.ts';
import { makeJob } from '../../../shared/engine/job.ts';
import { type Message, parseMessage } from '../../../shared/engine/messages.ts';
import type { Delivery, TaskQueue } from '../../../shared/engine/ports.ts';
import type { JobRecord, RunRef, StepId } from '../../../shared/engine/records.ts';
import { type JobStatus, jobStatus } from '../../../shared/engine/status.ts';
import { type Calls, type Process, spawn } from './process.ts';

export interface ScriptedStep {
  readonly id: StepId;
  readonly waitsFor?: readonly StepId[];
  /** Tasks of a pass; a list by generation, its last one for all later ones. */
  readonly tasks: number | readonly number[];
  readonly passes?: number;
}

export type Behaviour = 'works' | 'throws' | 'throws for good' | 'kills';

/** What its plan or task does, by how often it was started in this world. */
export interface Script {
  readonly plan?: (step: StepId, pass: number, earlier: number) => Behaviour;
  readonly task?: (task: TaskName, earlier: number) => Behaviour;
}

/** `step/pass/index`. */
export type TaskName = `${StepId}/${number}/${number}`;

export interface WorldOptions {
  readonly maxReceives?: number;
  readonly pick?: (count: number) => number;
}

export interface Consumer extends Process {
  readonly message: Message;
  readonly queue: TaskQueue;
  readonly delivery: Delivery;
  abort(): void;
}

export const LEASE_SECONDS = 30;
export const QUIET_MILLISECONDS = 60_000;

export type World = ReturnType<typeof makeWorld>;

export function makeWorld(steps: readonly ScriptedStep[], options: WorldOptions = {}) {
  const clock = handClock(1_000_000);
  const queues = memoryQueues(clock, options);
  const table = memoryTable();
  const store = memoryStore();
  const files = new Map<string, string>();
  const runs = new Map<TaskName, number>();
  const plans = new Map<string, number>();
  const violations: string[] = [];
  const sent: Message[] = [];
  let script: Script = {};
  let consumers = 0;

  const shapes: StepShape[] = steps.map(({ id, waitsFor = [] }) => ({ id, service: id, waitsFor }));
  const newJob = makeJob({
    input: 'memory://in',
    output: 'memory://out',
    parameters: {},
    pipelineVersion: '1',
    build: 'test',
    createdAt: clock.now(),
    steps: steps.map(({ id }) => id),
  });
  const { jobId } = newJob;
  const names = [PLAN_QUEUE, ...steps.map(({ id }) => id)];
  const everyQueue = names.flatMap((name) => [
    { queue: queues.queue(name), dead: false },
    { queue: queues.dead(name), dead: true },
  ]);

  const stepOf = (id: StepId): ScriptedStep => {
    const step = steps.find((candidate) => candidate.id === id);
    if (!step) throw new Error(`no step ${id}`);
    return step;
  };
  const countOf = (id: StepId, generation: number): number => {
    const { tasks } = stepOf(id);
    return typeof tasks === 'number' ? tasks : (tasks[Math.min(generation, tasks.length - 1)] ?? 0);
  };
  const passesOf = (id: StepId): number => stepOf(id).passes ?? 1;

  /** The keys that a pass reads, by plan: every pass of every step it waits for, and its own pass before. */
  async function inputKeys(job: JobRecord, ref: RunRef): Promise<{ key: TaskName; gap: boolean }[]> {
    const reads = (stepOf(ref.step).waitsFor ?? []).flatMap((id) =>
      Array.from({ length: passesOf(id) }, (_, pass) => ({ id, pass })),
    );
    if (ref.pass > 0) reads.push({ id: ref.step, pass: ref.pass - 1 });
    const keys: { key: TaskName; gap: boolean }[] = [];
    for (const { id, pass } of reads) {
      const generation = job.generations[id] ?? 0;
      const accepted = (await readAccepted(store, id, generation)).find((file) => file.pass === pass);
      for (let index = 0; index < countOf(id, generation); index++) {
        keys.push({ key: `${id}/${pass}/${index}`, gap: accepted?.tasks.includes(index) ?? false });
      }
    }
    return keys;
  }

  const contents = (ref: RunRef, index: number, inputs: readonly string[]): string => {
    const digest = createHash('sha1').update(inputs.join('\n')).digest('hex').slice(0, 8);
    return `${ref.step}@${ref.generation}/${ref.pass}/${index} from ${digest}`;
  };

  async function readInputs(job: JobRecord, ref: RunRef): Promise<string[]> {
    const keys = await inputKeys(job, ref);
    return keys.map(({ key, gap }) => (gap ? 'gap' : (files.get(key) ?? 'absent')));
  }

  /** What the file of each task of the job must hold at its generations now; gaps are left out. */
  async function expectedFiles(job: JobRecord): Promise<Map<TaskName, string>> {
    const expected = new Map<TaskName, string>();
    for (const { id } of steps) {
      const generation = job.generations[id] ?? 0;
      const gaps = await readAccepted(store, id, generation);
      for (let pass = 0; pass < passesOf(id); pass++) {
        const ref: RunRef = { jobId, step: id, generation, pass };
        const keys = await inputKeys(job, ref);
        const inputs = keys.map(({ key, gap }) => (gap ? 'gap' : (expected.get(key) ?? 'absent')));
        const accepted = gaps.find((file) => file.pass === pass)?.tasks ?? [];
        for (let index = 0; index < countOf(id, generation); index++) {
          if (!accepted.includes(index)) expected.set(`${id}/${pass}/${index}`, contents(ref, index, inputs));
        }
      }
    }
    return expected;
  }

  async function wrongFiles(): Promise<string[]> {
    const job = await jobNow();
    const wrong: string[] = [];
    for (const [key, value] of await expectedFiles(job)) {
      if (files.get(key) !== value) wrong.push(`${key} is "${files.get(key)}", should be "${value}"`);
    }
    return wrong;
  }

  /** A task of the generation that counts finds every file it waits for, and finds it right. */
  async function checkOrder(ref: RunRef, index: number): Promise<void> {
    const job = await jobNow();
    if (job.generations[ref.step] !== ref.generation) return;
    const expected = await expectedFiles(job);
    for (const { key, gap } of await inputKeys(job, ref)) {
      if (gap || files.get(key) === expected.get(key)) continue;
      const what = `found ${key} "${files.get(key)}", not "${expected.get(key)}"`;
      violations.push(`${ref.step}@${ref.generation}/${ref.pass}/${index} ran too early: ${what}`);
    }
  }

  const behave = async (behaviour: Behaviour, what: string, calls: Calls): Promise<void> => {
    if (behaviour === 'kills') await calls.die();
    if (behaviour === 'throws for good') throw new PermanentError(`${what} fails for good`);
    if (behaviour === 'throws') throw new Error(`${what} fails`);
  };

  const count = <K>(counts: Map<K, number>, key: K): number => {
    const earlier = counts.get(key) ?? 0;
    counts.set(key, earlier + 1);
    return earlier;
  };

  const planner = (calls: Calls): Engine['planner'] => ({
    plan: async (job, step, pass) => {
      await calls.call(`plan ${step}/${pass}`, async () => undefined);
      const earlier = count(plans, `${step}/${pass}`);
      await behave(script.plan?.(step, pass, earlier) ?? 'works', `the plan of ${step}`, calls);
      return { count: countOf(step, job.generations[step] ?? 0), passes: passesOf(step) };
    },
  });

  const runner = (calls: Calls): Engine['runner'] => ({
    run: async (job, task, signal) => {
      const name: TaskName = `${task.step}/${task.pass}/${task.index}`;
      const stopIfAborted = (): void => {
        if (signal.aborted) throw new TaskAborted('told to stop');
      };
      const earlier = count(runs, name);
      const inputs = await calls.call(`read ${name}`, async () => {
        stopIfAborted();
        await checkOrder(task, task.index);
        return readInputs(job, task);
      });
      await behave(script.task?.(name, earlier) ?? 'works', name, calls);
      await calls.call(`write ${name}`, async () => {
        stopIfAborted();
        files.set(name, contents(task, task.index, inputs));
      });
      return { bytesRead: 0, bytesWritten: 1 };
    },
  });

  const remember = (messages: readonly { body: string }[]): void => {
    for (const { body } of messages) sent.push(messageIn(body));
  };

  const gatedQueue = (name: string, calls: Calls): TaskQueue => {
    const queue = queues.queue(name);
    return {
      ...queue,
      send: (messages) => {
        const some = messages.slice(0, Math.floor(messages.length / 2));
        const send = async (these: typeof messages): Promise<void> => {
          remember(these);
          await queue.send(these);
        };
        return calls.call(
          `send ${messages.map(({ body }) => nameOf(messageIn(body)))}`,
          () => send(messages),
          () => send(some),
        );
      },
    };
  };

  /** The engine as a process sees it: every call goes through `calls`. */
  const engineFor = (calls: Calls): Engine => ({
    table: gatedTable(table, calls),
    queues: { queue: (name) => gatedQueue(name, calls), dead: queues.dead },
    clock,
    steps: shapes,
    planner: planner(calls),
    runner: runner(calls),
    openOutput: async () => ({
      ...store,
      put: (key, body, put) => calls.call(`put ${key}`, () => store.put(key, body, put)),
    }),
    worker: 'worker',
  });

  const atOnce: Calls = {
    call: (_, effect) => effect(),
    die: () => Promise.reject(new Error('nobody to kill')),
  };
  const engine = engineFor(atOnce);

  const consumeFrom = async (queue: TaskQueue, dead: boolean): Promise<Consumer | undefined> => {
    const [delivery] = await queue.receive({ max: 1, waitSeconds: 0, leaseSeconds: LEASE_SECONDS });
    return delivery && consume(queue, delivery, dead);
  };

  async function consume(queue: TaskQueue, delivery: Delivery, dead: boolean): Promise<Consumer> {
    const message = messageIn(delivery.body);
    const leaving = new AbortController();
    const process = await spawn(`consumer ${++consumers} of ${nameOf(message)}`, async (calls) => {
      const outcome = await handleMessage(delivery.body, engineFor(calls), {
        signal: leaving.signal,
        ...(dead ? { dead: { reason: 'received too often' } } : {}),
      });
      const { handle } = delivery;
      if (outcome.kind === 'delete') await calls.call('delete', () => queue.delete([handle]));
      else await calls.call(`release ${outcome.why}`, () => queue.release(handle, outcome.delaySeconds));
    });
    return { ...process, message, queue, delivery, abort: () => leaving.abort() };
  }

  const jobNow = async (): Promise<JobRecord> => {
    const job = await table.getJob(jobId);
    if (!job) throw new Error('the job was not created');
    return job;
  };

  async function depths(): Promise<{ visible: number; hidden: number }> {
    let [visible, hidden] = [0, 0];
    for (const { queue } of everyQueue) {
      const depth = await queue.depth();
      visible += depth.visible;
      hidden += depth.inFlight + depth.delayed;
    }
    return { visible, hidden };
  }

  return {
    clock,
    queues,
    table,
    store,
    files,
    /** How often each task was started. */
    runs,
    sent,
    violations,
    engine,
    engineFor,
    newJob,
    jobId,
    shapes,
    queueNames: names,
    /** Every queue and its dead letters. */
    everyQueue,
    follow: (next: Script) => {
      script = next;
    },
    consumeFrom,
    jobNow,
    depths,
    wrongFiles,
    status: async (): Promise<JobStatus> => jobStatus(await jobNow(), shapes),
  };
}

export function messageIn(body: string): Message {
  const parsed = parseMessage(body);
  if (parsed.kind !== 'message') throw new Error(`not a message: ${body}`);
  return parsed.message;
}

/** `plan a@0/0`, `task a@0/0/3`, `wrote a@0/0/3`. */
export function nameOf(message: Message): string {
  const run = `${message.step}@${message.g}/${message.pass}`;
  if (message.kind === 'plan') return `plan ${run}`;
  if (message.kind === 'task') return `${message.wrote ? 'wrote' : 'task'} ${run}/${message.index}`;
  return `${message.kind} ${run}/${message.kind === 'expand' ? message.group : message.block}`;
}

function gatedTable<T extends object>(table: T, calls: Calls): T {
  return new Proxy(table, {
    get: (target, verb) => {
      const method: unknown = Reflect.get(target, verb);
      if (typeof method !== 'function') return method;
      return (...parameters: unknown[]) => calls.call(String(verb), () => method.apply(target, parameters));
    },
  });
}
