/**
 * The speed of one step, measured: tasks that were done before this process looked do not count, and the last
 * minute counts alone, so that a pause or a slow disk shows.
 */

const WINDOW_SECONDS = 60;
/** Fewer finished tasks or less time than this is no measurement. */
const LEAST_TASKS = 2;
const LEAST_SECONDS = 1;

interface Sample {
  readonly seconds: number;
  readonly settled: number;
}

export interface StepMeter {
  /** Tasks settled by now; `seconds` on any clock that only goes forward. */
  observe(settled: number, seconds: number): void;
  /** Tasks a second; undefined before there is something to go by. */
  rate(): number | undefined;
}

export function createStepMeter(): StepMeter {
  let samples: readonly Sample[] = [];
  return {
    observe(settled, seconds) {
      // The oldest sample kept is the last one outside the window: the window is always covered.
      const inside = samples.findIndex((sample) => sample.seconds > seconds - WINDOW_SECONDS);
      const kept = inside < 0 ? samples.slice(-1) : samples.slice(Math.max(0, inside - 1));
      const last = kept.at(-1);
      const isNew = !last || last.settled !== settled || seconds - last.seconds >= LEAST_SECONDS;
      samples = isNew ? [...kept, { seconds, settled }] : kept;
    },
    rate() {
      const [first, last] = [samples[0], samples.at(-1)];
      if (!first || !last) return undefined;
      const tasks = last.settled - first.settled;
      const seconds = last.seconds - first.seconds;
      return tasks >= LEAST_TASKS && seconds >= LEAST_SECONDS ? tasks / seconds : undefined;
    },
  };
}
