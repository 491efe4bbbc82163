/** Tasks that take their time and do nothing else, by the work that their steps' plans give them. */
import type { NominalPlan } from '../../cli/estimate/nominal-plan.ts';
import type { Measurement } from '../../cli/estimate/task-times.ts';
import { workOf } from '../../cli/estimate/work-units.ts';
import { acquisitionFile } from '../../shared/acquisition/acquisition.ts';
import { placementFile } from '../../shared/acquisition/placement.ts';
import { problemsFile } from '../../shared/acquisition/problems.ts';
import type { TaskRunner } from '../../shared/engine/engine.ts';
import { TaskAborted } from '../../shared/engine/errors.ts';
import { writeFile } from '../../shared/engine/files.ts';
import type { Clock, ObjectStore } from '../../shared/engine/ports.ts';
import type { RunRef, StepId } from '../../shared/engine/records.ts';
import { shareOf } from './grain.ts';

export interface StepTally {
  started: number;
  ended: number;
  /** Of those that ended. */
  seconds: number;
  longestSeconds: number;
  /** Milliseconds. */
  startedAt: number;
  endedAt: number;
  /** How often each task ended, pass by pass. */
  readonly ends: Uint8Array[];
}

export interface SimulatedTasks {
  /** By the clock of whoever runs them: the tasks of the dead never end. */
  runnerOn(clock: Clock): TaskRunner;
  readonly tallies: ReadonlyMap<StepId, StepTally>;
}

export interface TaskOptions {
  readonly plan: NominalPlan;
  readonly measured: Measurement;
  readonly cuts: number;
  readonly store: ObjectStore;
  readonly random: () => number;
}

/** Tasks of one size take from four to six fifths of what was measured. */
const SPREAD = 0.2;

export function simulatedTasks({ plan, measured, cuts, store, random }: TaskOptions): SimulatedTasks {
  const tallies = new Map<StepId, StepTally>();
  const secondsOf = taskSeconds(plan, measured, cuts);
  const tallyOf = (step: StepId, now: number): StepTally => {
    const known = tallies.get(step) ?? newTally(plan, step, cuts, now);
    tallies.set(step, known);
    return known;
  };
  const run = async (clock: Clock, task: RunRef & { readonly index: number }, signal: AbortSignal) => {
    const tally = tallyOf(task.step, clock.now());
    tally.started += 1;
    const seconds = secondsOf(task) * (1 - SPREAD + 2 * SPREAD * random());
    await clock.sleep(seconds * 1000, signal);
    if (signal.aborted)
      throw signal.reason instanceof TaskAborted ? signal.reason : new TaskAborted('stopped');
    await writeFiles(store, plan, task.step);
    tally.ended += 1;
    tally.seconds += seconds;
    tally.longestSeconds = Math.max(tally.longestSeconds, seconds);
    tally.endedAt = clock.now();
    tally.ends[task.pass]![task.index]! += 1;
    return { bytesRead: 0, bytesWritten: 0 };
  };
  return { runnerOn: (clock) => ({ run: (_, task, signal) => run(clock, task, signal) }), tallies };
}

/** Steps that plan by these files find them only when the tasks before are done. */
async function writeFiles(store: ObjectStore, plan: NominalPlan, step: StepId): Promise<void> {
  if (step === 'ingest.scan') {
    await writeFile(store, problemsFile, { format: 'cloudreg-problems/1', problems: [] });
    await writeFile(store, acquisitionFile, plan.acquisition);
  }
  if (step === 'stitching.place') await writeFile(store, placementFile, plan.placement);
}

function newTally(plan: NominalPlan, step: StepId, cuts: number, now: number): StepTally {
  const { plans } = plan.steps.find(({ id }) => id === step)!;
  const ends = plans.map(({ count }) => new Uint8Array(count > 1 ? count * cuts : count));
  return { started: 0, ended: 0, seconds: 0, longestSeconds: 0, startedAt: now, endedAt: now, ends };
}

function taskSeconds(plan: NominalPlan, measured: Measurement, cuts: number) {
  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  const known = new Map<string, number>();
  return ({ step: id, pass, index }: RunRef & { readonly index: number }): number => {
    const step = steps.get(id)!;
    const { count, task } = step.plans[pass]!;
    const whole = count > 1 ? Math.floor(index / cuts) : index;
    const key = `${id}/${pass}/${whole}`;
    const seconds = known.get(key) ?? wholeSeconds(workOf(step, task(whole), plan.acquisition).units, id);
    // The cuts of one task run close to each other.
    known.set(key, seconds);
    if (known.size > 5000) known.delete(known.keys().next().value!);
    return seconds * shareOf(count, cuts);
  };
  function wholeSeconds(units: number, id: StepId): number {
    const times = measured.steps[id];
    return times === undefined ? units : (units * times.cpuSeconds) / times.units;
  }
}
