/** A second thread that ends the process when a case hangs or fills memory, and keeps the file that did it. */
import { mkdirSync, mkdtempSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { damagedCase } from './fuzz-formats.ts';
import { type FuzzFormat, soundFiles } from './sound-files.ts';

const LOOK_EVERY_MS = 50;
const MOST_CASE_MS = 20_000;
const MIB = 2 ** 20;
/** A reader's bound: ten times what the header declares, and this. */
const SLACK_BYTES = 64 * MIB;
/** From here on the memory of earlier cases is collected before the next begins. */
const MOST_GARBAGE_BYTES = 512 * MIB;

/** Places in the shared numbers. */
const SEED = 0;
const BEGAN = 1;
const DECLARED = 2;
const BASE = 3;
const MOST = 4;

export interface Watched {
  readonly shared: Float64Array;
  readonly format: FuzzFormat;
  readonly fixtures: string;
}

/** `entry` is run in the second thread, and calls `watch` there. */
export function startWatchdog(entry: URL, about: Omit<Watched, 'shared'>) {
  const shared = new Float64Array(new SharedArrayBuffer(8 * 5));
  const collect = garbageCollector();
  const worker = new Worker(entry, { workerData: { ...about, shared } satisfies Watched });
  return {
    onCase(seed: number, declaredBytes: number): void {
      shared[DECLARED] = declaredBytes;
      if (shared[SEED] === seed) return;
      if (process.memoryUsage.rss() > MOST_GARBAGE_BYTES) collect();
      shared[BASE] = process.memoryUsage.rss();
      shared[BEGAN] = performance.timeOrigin + performance.now();
      shared[SEED] = seed;
    },
    seed: () => shared[SEED]!,
    mostMiB: () => Math.round(shared[MOST]! / MIB),
    stop: () => worker.terminate(),
  };
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

export function watch({ shared, format, fixtures }: Watched): void {
  setInterval(() => {
    const rss = process.memoryUsage.rss();
    shared[MOST] = Math.max(shared[MOST]!, rss - shared[BASE]!);
    const ms = performance.timeOrigin + performance.now() - shared[BEGAN]!;
    const bound = shared[BASE]! + SLACK_BYTES + 10 * shared[DECLARED]!;
    if (shared[BEGAN] === 0 || (ms < MOST_CASE_MS && rss < bound)) return;
    const fault =
      ms >= MOST_CASE_MS
        ? `takes more than ${MOST_CASE_MS} ms`
        : `${Math.round(rss / MIB)} MiB in memory, expected at most ${Math.round(bound / MIB)}`;
    writeSync(2, `--format ${format} --seed ${shared[SEED]} --count 1: ${fault}\n`);
    writeSync(2, `${keepCase(format, fixtures, shared[SEED]!)}\n`);
    // The first thread may hang: nothing gentler ends it.
    process.kill(process.pid, 'SIGKILL');
  }, LOOK_EVERY_MS);
}

/** Writes the files of a case to a new temporary folder; one sentence that says where. */
export function keepCase(format: FuzzFormat, fixtures: string, seed: number): string {
  const folder = mkdtempSync(join(tmpdir(), `fuzz-${format}-${seed}-`));
  for (const [name, bytes] of damagedCase(soundFiles(format, fixtures), seed)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return `The case's files are in ${folder}`;
}
