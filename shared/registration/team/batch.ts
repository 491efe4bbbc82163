/**
 * A batch of calls of kernels that a team of threads works off: how it lies in shared memory, and how a thread takes its
 * part. Which thread runs a call makes no difference to what it writes.
 */
import {
  REGISTRATION_KERNELS,
  type RegistrationExports,
  type RegistrationKernel,
} from '../../kernels/registration.ts';

export interface Call {
  readonly kernel: RegistrationKernel;
  readonly args: readonly number[];
}

/** In place of an argument: the address of the thread's own scratch. No kernel takes a NaN. */
export const OWN_SCRATCH = Number.NaN;

const MOST_CALLS = 4096;
const MOST_ARGS = 20;
/** kernel, number of arguments, result, then the arguments. */
const CALL_FLOATS = 3 + MOST_ARGS;

/**
 * Int32 words of control: the batch's number, its count, how many calls were taken, of them from the front and from the
 * back, how many threads have left it, who failed.
 */
const SEQUENCE = 0;
const COUNT = 1;
const TAKEN = 2;
const FRONT = 3;
const BACK = 4;
const LEFT = 5;
const FAILED = 6;
const STOP = 7;

export interface Board {
  readonly control: Int32Array;
  readonly calls: Float64Array;
}

export const BOARD_BYTES = 64 + MOST_CALLS * CALL_FLOATS * 8;

export const boardAt = (buffer: SharedArrayBuffer, address: number): Board => ({
  control: new Int32Array(buffer, address, 16),
  calls: new Float64Array(buffer, address + 64, MOST_CALLS * CALL_FLOATS),
});

/** Posts the calls and wakes the others. */
export function post({ control, calls }: Board, batch: readonly Call[]): void {
  if (batch.length > MOST_CALLS)
    throw new RangeError(`${batch.length} calls in one batch, at most ${MOST_CALLS}`);
  batch.forEach(({ kernel, args }, i) => {
    const at = i * CALL_FLOATS;
    calls[at] = REGISTRATION_KERNELS.indexOf(kernel);
    calls[at + 1] = args.length;
    calls.set(args, at + 3);
  });
  Atomics.store(control, COUNT, batch.length);
  for (const word of [TAKEN, FRONT, BACK]) Atomics.store(control, word, 0);
  Atomics.store(control, LEFT, 0);
  Atomics.add(control, SEQUENCE, 1);
  Atomics.notify(control, SEQUENCE);
}

/** From both ends, so that in the next batch a thread meets much of what its cache still holds. */
export type End = 'front' | 'back';

/** Runs calls until none is left. */
export function work(
  { control, calls }: Board,
  kernels: RegistrationExports,
  scratch: number,
  end: End,
): void {
  const count = Atomics.load(control, COUNT);
  while (Atomics.add(control, TAKEN, 1) < count) {
    const i = end === 'front' ? Atomics.add(control, FRONT, 1) : count - 1 - Atomics.add(control, BACK, 1);
    const at = i * CALL_FLOATS;
    const kernel = kernels[REGISTRATION_KERNELS[calls[at]!]!];
    const args: number[] = [];
    for (let from = at + 3, to = from + calls[at + 1]!; from < to; from++)
      args.push(Number.isNaN(calls[from]) ? scratch : calls[from]!);
    calls[at + 2] = kernel(...args) ?? 0;
  }
}

export const resultOf = ({ calls }: Board, call: number): number => calls[call * CALL_FLOATS + 2]!;

/**
 * Looks so many times before it sleeps: most batches take less than waking up does. Some ten microseconds, so that threads
 * that share a core do not wait for each other's looking.
 */
const LOOKS = 10_000;

function waitWhile(control: Int32Array, word: number, value: number): void {
  for (let look = 0; look < LOOKS; look++) if (Atomics.load(control, word) !== value) return;
  Atomics.wait(control, word, value);
}

/** Waits until `others` threads have left the batch; throws where one failed. */
export function waitForOthers({ control }: Board, others: number): void {
  for (let left = Atomics.load(control, LEFT); left < others; left = Atomics.load(control, LEFT))
    waitWhile(control, LEFT, left);
  if (Atomics.load(control, FAILED) !== 0)
    throw new Error('a thread of the registration failed in its kernels');
}

/** A thread's life: waits for batches until it is told to stop. */
export function serve(board: Board, kernels: RegistrationExports, scratch: number): void {
  const { control } = board;
  for (let seen = 0; ; ) {
    waitWhile(control, SEQUENCE, seen);
    seen = Atomics.load(control, SEQUENCE);
    if (Atomics.load(control, STOP) !== 0) return;
    try {
      work(board, kernels, scratch, 'back');
    } catch (error) {
      Atomics.store(control, FAILED, 1);
      throw error;
    } finally {
      Atomics.add(control, LEFT, 1);
      Atomics.notify(control, LEFT);
    }
  }
}

export function stop({ control }: Board): void {
  Atomics.store(control, STOP, 1);
  Atomics.add(control, SEQUENCE, 1);
  Atomics.notify(control, SEQUENCE);
}
