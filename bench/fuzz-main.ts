/**
 * `npm run fuzz:gzip -- --seed N --count N` and `npm run fuzz -- --format tiff|nrrd|nifti|npy|precomputed --seed N
 * --count N [--fixtures folder]`. A second thread watches: a case that takes too long or too much memory is a fault, too.
 */
import { parseArgs } from 'node:util';
import { isMainThread, workerData } from 'node:worker_threads';
import { fuzzFormat } from './fuzz/fuzz-formats.ts';
import { fuzzFormats } from './fuzz/sound-files.ts';
import { keepCase, startWatchdog, type Watched, watch } from './fuzz/watchdog.ts';
import { fuzzGzip } from './fuzz-gzip.ts';

if (isMainThread) await main();
else watch(workerData as Watched);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      format: { type: 'string', default: 'gzip' },
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '100000' },
      fixtures: { type: 'string', default: 'test/fixtures' },
    },
  });
  const [seed, count] = [Number(values.seed), Number(values.count)];
  const format = fuzzFormats.find((known) => known === values.format);
  if (!Number.isInteger(seed) || !Number.isInteger(count) || count < 1) {
    refuse('--seed and --count are whole numbers, --count 1 or more');
  } else if (values.format === 'gzip') {
    fuzzGzip({ seed, count });
    process.stdout.write(`gzip: ${count} inputs from seed ${seed}, three levels each: no fault\n`);
  } else if (format === undefined) {
    refuse(`--format ${values.format}: expected gzip, ${fuzzFormats.join(', ')}`);
  } else {
    await fuzzFiles({ format, seed, count, fixtures: values.fixtures });
  }
}

function refuse(text: string): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = 2;
}

async function fuzzFiles(fuzz: Parameters<typeof fuzzFormat>[0]): Promise<void> {
  const { format, seed, count, fixtures } = fuzz;
  const watchdog = startWatchdog(new URL(import.meta.url), { format, fixtures });
  try {
    const { values, refusals } = await fuzzFormat({ ...fuzz, onCase: watchdog.onCase });
    process.stdout.write(
      `${format}: ${count} damaged files from seed ${seed}: ${values} read, ${refusals} refused by name, no fault; ` +
        `at most ${watchdog.mostMiB()} MiB more than at a case's begin\n`,
    );
  } catch (error) {
    process.stderr.write(`${(error as Error).stack}\n${keepCase(format, fixtures, watchdog.seed())}\n`);
    process.exitCode = 1;
  } finally {
    await watchdog.stop();
  }
}
