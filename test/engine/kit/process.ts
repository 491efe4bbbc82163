/**
 * A consumer or a command as a process that stops at each of its port calls until it is told to go on. Each call is one
 * atomic step; whoever drives decides what happens to it.
 */

/** What befalls a port call. `part`: a send of which only some messages arrive. */
export type Fate =
  | 'works'
  | 'fails before'
  | 'fails after'
  | 'fails in part'
  | 'crash before'
  | 'crash after';

export class PortFailure extends Error {}

interface Pending {
  readonly label: string;
  readonly effect: () => Promise<unknown>;
  readonly partly: (() => Promise<unknown>) | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The way a process reaches its ports. */
export interface Calls {
  call<T>(label: string, effect: () => Promise<T>, partly?: () => Promise<unknown>): Promise<T>;
  /** The machine is gone: never returns. */
  die(): Promise<never>;
}

export interface Process {
  readonly name: string;
  /** The port call it waits at; undefined once it has ended. */
  at(): string | undefined;
  canFailInPart(): boolean;
  /** How it ended: by itself, by a crash, or by an error that it let out. */
  end(): 'no' | 'finished' | 'crashed' | Error;
  /** Lets the pending call happen, and runs on to the next one. */
  step(fate?: Fate): Promise<void>;
  crash(): void;
}

export async function spawn(name: string, run: (calls: Calls) => Promise<void>): Promise<Process> {
  let pending: Pending | undefined;
  let end: 'no' | 'finished' | 'crashed' | Error = 'no';
  let wake = (): void => undefined;
  const finish = (how: typeof end): void => {
    if (end === 'no') end = how;
    pending = undefined;
    wake();
  };
  const parked = (): Promise<void> =>
    new Promise((resolve) => {
      if (pending || end !== 'no') resolve();
      else wake = resolve;
    });
  const calls: Calls = {
    call: <T>(label: string, effect: () => Promise<T>, partly?: () => Promise<unknown>) =>
      new Promise<T>((resolve, reject) => {
        if (pending) throw new Error(`${name} calls ${label} while it waits at ${pending.label}`);
        pending = { label, effect, partly, resolve: resolve as (value: unknown) => void, reject };
        wake();
      }),
    die: () => {
      finish('crashed');
      return new Promise<never>(() => undefined);
    },
  };
  const step = async (fate: Fate = 'works'): Promise<void> => {
    if (!pending) throw new Error(`${name} has ended`);
    const { label, effect, partly, resolve, reject } = pending;
    pending = undefined;
    if (fate === 'crash before') return finish('crashed');
    try {
      const value =
        fate === 'fails before'
          ? undefined
          : await (fate === 'fails in part' && partly ? partly() : effect());
      if (fate === 'crash after') return finish('crashed');
      if (fate === 'works') resolve(value);
      else reject(new PortFailure(`${label} ${fate}`));
    } catch (error) {
      reject(error);
    }
    await parked();
  };
  run(calls).then(
    () => finish('finished'),
    (error: Error) => finish(error),
  );
  await parked();
  return {
    name,
    at: () => pending?.label,
    canFailInPart: () => pending?.partly !== undefined,
    end: () => end,
    step,
    crash: () => finish('crashed'),
  };
}

/** Runs a process until it waits at a call whose label begins so. */
export async function until<P extends Process>(process: P, label: string): Promise<P> {
  while (!process.at()?.startsWith(label)) {
    if (process.end() !== 'no') throw new Error(`${process.name} ended (${process.end()}) before ${label}`);
    await process.step();
  }
  return process;
}

export async function finish(process: Process): Promise<void> {
  while (process.end() === 'no') await process.step();
  const end = process.end();
  if (end instanceof Error) throw end;
}
