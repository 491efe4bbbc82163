/**
 * A job on fleets that grow, shrink and die, on a clock that jumps: the real planner, engine and consumers over the
 * memory twins of queues and table; only the tasks are pretended, by measured times.
 */
import { start } from '../../shared/engine/commands.ts';
import { PLAN_QUEUE } from '../../shared/engine/engine.ts';
import { messagesPerMachine, servicesBefore } from '../../shared/hosts/scaling.ts';
import { type Fleet, makeFleet } from './fleet.ts';
import { makeWorld, type World, type WorldOptions } from './world.ts';

export interface SimulationOptions extends WorldOptions {
  /** Of each service. */
  readonly mostWorkers: number;
  readonly meanLifeSeconds: number;
}

export interface Sample {
  readonly seconds: number;
  /** By service: messages, and workers in service. */
  readonly backlog: Readonly<Record<string, number>>;
  readonly workers: Readonly<Record<string, number>>;
}

export interface SimulationResult extends Pick<World, 'plan' | 'tallies' | 'meter' | 'events'> {
  readonly seconds: number;
  readonly samples: readonly Sample[];
  readonly deaths: number;
  readonly workerHours: number;
}

const BOOT_SECONDS = 120;
const SUDDEN_SHARE = 0.25;
const SAMPLE_SECONDS = 5;
const EVALUATE_EVERY = 60 / SAMPLE_SECONDS;

export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const world = await makeWorld(options);
  const { clock, engine, plan, meter, tallies, events } = world;
  // Plans and expansions run on Lambda: always there.
  world.startWorker(PLAN_QUEUE, 'plans');
  const fleets = fleetsFor(world, options);
  const book = startBook(world, fleets);
  await start(engine, world.job);
  while (world.endedAtSeconds() === undefined) {
    await turn();
    if (!clock.next()) throw new Error('the simulation came to rest before its job was done');
  }
  const deaths = [...fleets.values()].reduce((sum, fleet) => sum + fleet.deaths(), 0);
  const { samples } = book;
  const seconds = world.endedAtSeconds()!;
  return { plan, meter, tallies, events, deaths, seconds, samples, workerHours: book.workerHours() };
}

/** Everything that waits for nothing but its turn runs: the twins answer without timers. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function fleetsFor(world: World, options: SimulationOptions): ReadonlyMap<string, Fleet> {
  const { plan, clock, engine, random } = world;
  const { cuts, mostWorkers, meanLifeSeconds } = options;
  const services = [...new Set(plan.steps.map(({ service }) => service))];
  return new Map(
    services.map((service) => {
      const own = plan.steps.filter((step) => step.service === service && step.tasks > 0);
      const longest = Math.max(
        1 / cuts,
        ...own.map(({ needs, tasks }) => needs.seconds / (tasks > 1 ? cuts : 1)),
      );
      const fleet = makeFleet({
        ...{ clock, mostWorkers, meanLifeSeconds, random },
        queue: engine.queues.queue(service),
        before: servicesBefore(plan.steps, service).map((name) => engine.queues.queue(name)),
        messagesPerWorker: messagesPerMachine(1, longest),
        bootSeconds: BOOT_SECONDS,
        suddenShare: SUDDEN_SHARE,
        start: (name) => world.startWorker(service, `${service}-${name}`),
      });
      return [service, fleet];
    }),
  );
}

/** Looks at the fleets, lets them scale once a minute, and adds up what they cost. */
function startBook({ clock }: World, fleets: ReadonlyMap<string, Fleet>) {
  const samples: Sample[] = [];
  let workerSeconds = 0;
  const look = async (isEvaluated: boolean): Promise<Sample> => {
    const [backlog, workers]: [Record<string, number>, Record<string, number>] = [{}, {}];
    for (const [service, fleet] of fleets) {
      if (isEvaluated) await fleet.evaluate();
      backlog[service] = await fleet.backlog();
      workers[service] = fleet.inService();
      workerSeconds += SAMPLE_SECONDS * fleet.billed();
    }
    return { seconds: clock.now() / 1000, backlog, workers };
  };
  const keep = async (): Promise<void> => {
    for (let count = 0; ; count++) {
      samples.push(await look(count % EVALUATE_EVERY === 0));
      await clock.sleep(SAMPLE_SECONDS * 1000);
    }
  };
  void keep();
  return { samples, workerHours: () => workerSeconds / 3600 };
}
