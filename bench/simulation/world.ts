/** Everything that a simulated deployment shares: clock, queues, table, planner and pretended tasks. */
import type { NominalPlan } from '../../cli/estimate/nominal-plan.ts';
import type { Measurement } from '../../cli/estimate/task-times.ts';
import type { JobParameters } from '../../services/parameters.ts';
import { pipeline } from '../../services/pipeline.ts';
import type { Acquisition } from '../../shared/acquisition/acquisition.ts';
import { memoryQueues } from '../../shared/adapters/memory/queue.ts';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { memoryTable } from '../../shared/adapters/memory/table.ts';
import { type Engine, shapeOf } from '../../shared/engine/engine.ts';
import { makeInputsCache } from '../../shared/engine/loaded-step.ts';
import { makePlanner } from '../../shared/engine/planner.ts';
import type { JobTable } from '../../shared/engine/ports.ts';
import type { NewJob, StepId } from '../../shared/engine/records.ts';
import { needsReader } from '../../shared/hosts/step-needs.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { type EventClock, eventClock } from './event-clock.ts';
import { withGrain } from './grain.ts';
import { withLatency } from './latency.ts';
import { type Meter, meteredQueues, meteredTable, newMeter } from './meter.ts';
import { type StepTally, simulatedTasks } from './simulated-tasks.ts';
import { planOf, thoughtUpJob } from './thought-up-job.ts';
import { startWorker, type Worker } from './worker.ts';

export interface WorldOptions {
  readonly acquisition: Acquisition;
  readonly measured: Measurement;
  /** Tasks that each of a step's many tasks is cut into. */
  readonly cuts: number;
  readonly seed: number;
}

export interface World {
  readonly job: NewJob;
  readonly plan: NominalPlan;
  readonly clock: EventClock;
  readonly engine: Engine;
  readonly random: () => number;
  readonly meter: Meter;
  readonly tallies: ReadonlyMap<StepId, StepTally>;
  /** How often each event of a consumer was told. */
  readonly events: Readonly<Record<string, number>>;
  startWorker(queue: string, name: string): Worker;
  /** Undefined while the job runs. */
  endedAtSeconds(): number | undefined;
}

/** A worker is one thread: a larger machine is as many of them. */
const WORKER = { threads: 1, memoryMiB: 6500 } as const;
/** As the queues of a deployment. */
const MOST_RECEIVES = 50;

export async function makeWorld({ acquisition, measured, cuts, seed }: WorldOptions): Promise<World> {
  const [job, plan] = [thoughtUpJob(), await planOf(acquisition)];
  const [clock, random, meter] = [eventClock(), seededRandom(seed), newMeter()];
  const store = memoryStore(job.output);
  const tasks = simulatedTasks({ plan, measured, cuts, store, random });
  const [cutPipeline, openOutput] = [withGrain(pipeline, cuts), async () => store];
  const cache = makeInputsCache<JobParameters>();
  const events: Record<string, number> = {};
  let endedAtSeconds: number | undefined;
  const table = watchEnd(meteredTable(memoryTable(), clock, meter), job.steps.length, () => {
    endedAtSeconds = clock.now() / 1000;
  });
  const engine: Engine = {
    ...{ table, clock, openOutput },
    queues: meteredQueues(memoryQueues(clock, { maxReceives: MOST_RECEIVES }), meter),
    steps: pipeline.steps.map(shapeOf),
    planner: makePlanner(cutPipeline, openOutput, cache),
    runner: tasks.runnerOn(clock),
    worker: 'command',
  };
  const readNeeds = needsReader(cutPipeline, openOutput, cache);
  return {
    ...{ job, plan, clock, engine, random, meter, events, tallies: tasks.tallies },
    endedAtSeconds: () => endedAtSeconds,
    startWorker: (queue, name) =>
      startWorker({
        ...{ readNeeds, random, queue, name, runnerOn: tasks.runnerOn, capacity: WORKER },
        engine: { ...engine, ...withLatency(engine, clock) },
        onEvent: ({ event }) => {
          events[event] = (events[event] ?? 0) + 1;
        },
      }),
  };
}

function watchEnd(table: JobTable, steps: number, onEnd: () => void): JobTable {
  return {
    ...table,
    async stepDone(jobId, step) {
      const job = await table.stepDone(jobId, step);
      if (job.doneSteps.size === steps) onEnd();
      return job;
    },
  };
}
