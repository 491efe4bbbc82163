/** Joins what the host reports about each step with what was measured of its speed. */
import type { RunProgress } from '../../shared/hosts/local.ts';
import type { StepLine } from './progress-lines.ts';
import { createStepMeter, type StepMeter } from './step-meter.ts';

export interface LineReader {
  read(progress: RunProgress): StepLine[];
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
      steps.map(({ step, state, tasks, done, failed, startedAt, doneAt }) => {
        const meter = meterOf(step);
        if (state === 'running') meter.observe(done + failed, now());
        const seconds =
          startedAt === undefined || doneAt === undefined ? undefined : (doneAt - startedAt) / 1000;
        return { step, state, tasks, done, failed, rate: meter.rate(), seconds };
      }),
  };
}
