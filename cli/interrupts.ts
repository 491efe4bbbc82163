/** Ctrl-C: once to finish what is in work, twice to stop at once; a third one ends the process. Finished work is kept. */

export interface Interrupts {
  /** Aborted by the first Ctrl-C (or SIGTERM): start nothing new. */
  readonly drain: AbortSignal;
  /** Aborted by the second: end the tasks in work. */
  readonly stop: AbortSignal;
  dispose(): void;
}

export interface InterruptWords {
  onDrain(): void;
  onStop(): void;
}

export function listenForInterrupts(words: InterruptWords): Interrupts {
  const drain = new AbortController();
  const stop = new AbortController();
  const dispose = (): void => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  const onSignal = (): void => {
    const pressedBefore = drain.signal.aborted;
    (pressedBefore ? words.onStop : words.onDrain)();
    (pressedBefore ? stop : drain).abort();
    if (pressedBefore) dispose();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    drain: drain.signal,
    stop: stop.signal,
    dispose,
  };
}
