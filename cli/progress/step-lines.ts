/** Joins what the host reports about each step with what was measured of its speed. */
import type { StepFigures } from '../figures/job-figures.ts';
import type { Moved, StepLine } from './progress-lines.ts';
import { createStepMeter, type StepMeter } from './step-meter.ts';

export interface ShownProgress {
  readonly steps: readonly {
    readonly step: string;
    readonly state: string;
    /** Undefined until the step is planned. */
    readonly tasks: number | undefined;
    readonly done: number;
    readonly failed: number;
    readonly accepted: number;
    /** Milliseconds since 1970. */
    readonly startedAt?: number | undefined;
    readonly doneAt?: number | undefined;
  }[];
  /** Absent for those who only watch. */
  readonly moved?: Moved;
  /** For those who only watch: shown below the steps. */
  readonly figures?: readonly StepFigures[];
}

export interface LineReader {
  read(progress: ShownProgress): StepLine[];
}

export function createLineReader(now: () => number): LineReader {
  const meters = new Map<string, StepMeter>();
  const meterOf = (step: string): StepMeter => {
    const meter = meters.get(step) ?? createStepMeter();
    meters.set(step, meter);
    return meter;
  };
  return {
    read: ({ steps }) =>
      steps.map(({ step, state, tasks, done, failed, accepted, startedAt, doneAt }) => {
        const meter = meterOf(step);
        if (state === 'running') meter.observe(done + failed + accepted, now());
        const seconds =
          startedAt === undefined || doneAt === undefined ? undefined : (doneAt - startedAt) / 1000;
        return { step, state, tasks, done, failed, accepted, rate: meter.rate(), seconds };
      }),
  };
}
