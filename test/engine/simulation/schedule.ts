/**
 * One random schedule of one scenario: at each port call another process may go on, this one crash, the call fail before
 * or after taking effect; leases end, messages double, time passes, commands start. Everything follows from the seed.
 */
import { acceptMissing, cancel, redo, resume, retry, start } from '../../../shared/engine/commands.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { CommandRefused } from '../../../shared/engine/errors.ts';
import { stillWanted } from '../../../shared/engine/handle-message.ts';
import { command, drain, purge } from '../kit/drive.ts';
import { nameOf } from '../kit/message-names.ts';
import { type Fate, PortFailure, type Process } from '../kit/process.ts';
import { type Random, seededRandom } from '../kit/random.ts';
import { type Consumer, LEASE_SECONDS, makeWorld, QUIET_MILLISECONDS, type World } from '../kit/world.ts';
import { type Circumstances, checkAtRest, checkAtTheEnd } from './invariants.ts';
import type { CommandName, Scenario, Trouble } from './scenarios.ts';

const MAX_CONSUMERS = 3;
const MAX_TICKS = 20_000;

export interface Report {
  readonly violations: readonly string[];
  /** What happened, line by line. */
  readonly log: readonly string[];
  readonly portCalls: number;
}

interface Schedule {
  readonly world: World;
  readonly random: Random;
  readonly consumers: Set<Consumer>;
  readonly commands: Set<Process>;
  /** Stalled until somebody thaws them or nothing else is left. */
  readonly stalled: Set<Process>;
  readonly waiting: CommandName[];
  readonly circumstances: Circumstances;
  readonly log: string[];
  faults: number;
  portCalls: number;
}

export async function runSchedule(scenario: Scenario, seed: number): Promise<Report> {
  const random = seededRandom(seed);
  const { maxReceives, waits } = scenario;
  const world = makeWorld(scenario.steps, {
    pick: random.below,
    ...(maxReceives === undefined ? {} : { maxReceives }),
    ...(waits === undefined ? {} : { maxWaitSeconds: waits.maxSeconds }),
  });
  follow(world, scenario);
  const schedule: Schedule = {
    world,
    random,
    consumers: new Set(),
    commands: new Set(),
    stalled: new Set(),
    waiting: chooseCommands(scenario, random),
    circumstances: { commandIsDue: false, deadLetters: false, plansFail: mayFailInPlans(scenario) },
    log: [],
    faults: random.below(7),
    portCalls: 0,
  };
  await startCommand(schedule, 'start', (engine) => start(engine, world.newJob));
  const violations = world.violations;
  try {
    for (let tick = 0; await goOn(schedule); tick++) {
      if (tick > MAX_TICKS) throw new Error('it does not come to rest');
    }
    violations.push(...(await checkAtRest(world, schedule.circumstances)));
    schedule.log.push(`at rest: ${await world.status().catch(() => 'no job')}`);
    world.follow({});
    await mend(world);
    violations.push(...(await checkAtTheEnd(world)));
  } catch (error) {
    violations.push((error as Error).stack ?? String(error));
  }
  return { violations, log: schedule.log, portCalls: schedule.portCalls };
}

const mayFailInPlans = ({ plans, waits }: Scenario): boolean =>
  plans !== undefined || waits?.sees.includes('throws for good') === true;

function follow(world: World, { tasks, plans, waits }: Scenario): void {
  const happens = (trouble: Trouble | undefined, earlier: number) =>
    trouble && earlier < (trouble.times ?? Number.POSITIVE_INFINITY) ? trouble.how : 'works';
  world.follow({
    task: (name, earlier) => happens(tasks?.[name], earlier),
    plan: (step, pass, earlier) => happens(plans?.[`${step}/${pass}`], earlier),
    ...(waits && { ready: (earlier: number) => waits.sees[Math.min(earlier, waits.sees.length - 1)]! }),
  });
}

function chooseCommands({ commands = [] }: Scenario, random: Random): CommandName[] {
  const chosen = commands.filter(() => random.chance(0.5));
  return chosen
    .map((name) => ({ name, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}

/** What was failing works again, and the user does what the status asks for, without further faults. */
async function mend(world: World): Promise<void> {
  if (!(await world.table.getJob(world.jobId))) await start(world.engine, world.newJob);
  for (let round = 0; round < 4; round++) {
    await drain(world);
    const status = await world.status();
    if (status === 'done' || (status === 'incomplete' && !(await world.jobNow()).waiting)) return;
    await (status === 'failed' ? retry : resume)(world.engine, world.jobId);
  }
  await drain(world);
}

/** One thing happens; false when nothing is left to happen. */
async function goOn(schedule: Schedule): Promise<boolean> {
  const { random, world } = schedule;
  if (schedule.waiting.length > 0 && random.chance(0.02)) return startNextCommand(schedule);
  if (schedule.faults > 0 && random.chance(0.03)) {
    schedule.faults -= 1;
    if (await befall(schedule)) return true;
  }
  const moving = [...schedule.consumers, ...schedule.commands].filter(
    (process) => !schedule.stalled.has(process),
  );
  const { visible, hidden } = await world.depths();
  const mayReceive = visible > 0 && moving.length < MAX_CONSUMERS;
  if (mayReceive && (moving.length === 0 || random.chance(0.3))) return receive(schedule);
  if (moving.length > 0) return stepOne(schedule, random.pick(moving), 'works');
  if (schedule.stalled.size > 0 && (hidden === 0 || random.chance(0.5))) return thaw(schedule);
  if (schedule.waiting.length > 0 && random.chance(0.5)) return startNextCommand(schedule);
  if (hidden > 0) return passTime(schedule);
  if (schedule.waiting.length > 0) return startNextCommand(schedule);
  return false;
}

function thaw({ stalled, random, log }: Schedule): boolean {
  const process = random.pick([...stalled]);
  stalled.delete(process);
  log.push(`${process.name} goes on`);
  return true;
}

async function receive(schedule: Schedule): Promise<boolean> {
  const { world, random } = schedule;
  const waiting: (typeof world.everyQueue)[number][] = [];
  for (const candidate of world.everyQueue) {
    if ((await candidate.queue.depth()).visible > 0) waiting.push(candidate);
  }
  const { queue, dead } = random.pick(waiting);
  const consumer = await world.consumeFrom(queue, dead);
  if (!consumer) throw new Error('a visible message was not received');
  if (dead) schedule.circumstances.deadLetters = true;
  schedule.log.push(`${consumer.name} starts${dead ? ' with a dead letter' : ''}`);
  schedule.consumers.add(consumer);
  return true;
}

async function stepOne(schedule: Schedule, process: Process, fate: Fate): Promise<boolean> {
  const label = process.at();
  schedule.portCalls += 1;
  schedule.log.push(`${process.name}: ${label}${fate === 'works' ? '' : ` ${fate.toUpperCase()}`}`);
  if (process.end() === 'no') await process.step(fate);
  settle(schedule, process);
  return true;
}

function settle(schedule: Schedule, process: Process): void {
  const end = process.end();
  if (end === 'no') return;
  const isCommand = schedule.commands.delete(process);
  schedule.consumers.delete(process as Consumer);
  schedule.stalled.delete(process);
  const refused = isCommand && end instanceof CommandRefused;
  if (end instanceof Error && !(end instanceof PortFailure) && !refused) throw end;
  if (isCommand && end !== 'finished' && !refused) schedule.circumstances.commandIsDue = true;
  schedule.log.push(`${process.name} ${end === 'finished' ? 'ends' : `is gone (${end})`}`);
}

/** A fault, if there is anything for it to befall. */
async function befall(schedule: Schedule): Promise<boolean> {
  const { random, world, consumers, log } = schedule;
  const processes = [...consumers, ...schedule.commands];
  if (processes.length === 0) return false;
  const victim = random.pick(processes);
  const kind = random.pick(['crash', 'fail', 'stall', 'lease', 'double', 'abort'] as const);
  const isConsumer = consumers.has(victim as Consumer);
  if (kind === 'crash') return stepOne(schedule, victim, random.pick(['crash before', 'crash after']));
  // What fails in reading, writing and planning is an attempt, which the scenario says.
  if (kind === 'fail' && !/^(read|write|plan) /.test(victim.at() ?? '')) {
    const fates: Fate[] = ['fails before', 'fails after'];
    if (victim.canFailInPart()) fates.push('fails in part');
    return stepOne(schedule, victim, random.pick(fates));
  }
  if (kind === 'stall') {
    schedule.stalled.add(victim);
    log.push(`${victim.name} stalls at ${victim.at()}`);
    return true;
  }
  if (!isConsumer) return false;
  const consumer = victim as Consumer;
  if (kind === 'lease') await consumer.queue.release(consumer.delivery.handle, 0);
  if (kind === 'double') await consumer.queue.send([{ body: consumer.delivery.body, group: world.jobId }]);
  if (kind === 'abort') consumer.abort();
  log.push(`${nameOf(consumer.message)} of ${consumer.name}: ${kind}`);
  return true;
}

/** Heartbeats keep the leases of the living, and abort what nobody wants any more before the quiet time is over. */
async function passTime(schedule: Schedule): Promise<boolean> {
  const { world, consumers, random, log } = schedule;
  const seconds = random.pick([1, 5, LEASE_SECONDS]);
  for (const { queue, delivery } of consumers) await queue.extend(delivery.handle, LEASE_SECONDS + seconds);
  for (const consumer of consumers) {
    if (!(await stillWanted(world.engine, consumer.delivery.body))) consumer.abort();
  }
  world.clock.advance(seconds * 1000);
  log.push(`${seconds} s pass`);
  return true;
}

async function startNextCommand(schedule: Schedule): Promise<boolean> {
  const { world, circumstances } = schedule;
  const name = schedule.waiting.shift();
  if (name === undefined || !(await world.table.getJob(world.jobId))) return true;
  if (name === 'purge') {
    await purge(world);
    circumstances.commandIsDue = true;
    schedule.log.push('all queues are purged');
    return true;
  }
  return startCommand(schedule, name, (engine) => COMMANDS[name](engine, world));
}

const COMMANDS: Record<Exclude<CommandName, 'purge'>, (engine: Engine, world: World) => Promise<unknown>> = {
  resume: (engine, { jobId }) => resume(engine, jobId),
  retry: (engine, { jobId }) => retry(engine, jobId),
  accept: (engine, { jobId }) => acceptMissing(engine, jobId),
  cancel: (engine, { jobId }) => cancel(engine, jobId),
  'redo a': (engine, { jobId }) => redo(engine, jobId, 'a', { quietMilliseconds: QUIET_MILLISECONDS }),
  'redo b': (engine, { jobId }) => redo(engine, jobId, 'b', { quietMilliseconds: QUIET_MILLISECONDS }),
};

async function startCommand(
  schedule: Schedule,
  name: string,
  run: (engine: Engine) => Promise<unknown>,
): Promise<boolean> {
  schedule.log.push(`the command ${name} starts`);
  schedule.commands.add(await command(schedule.world, `command ${name}`, run));
  return true;
}
