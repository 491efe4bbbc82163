/** The built program of this build, run as a user runs it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface RunFigures {
  readonly seconds: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly peakRssMiB: number;
  /** Of all its threads. */
  readonly cpuSeconds: number;
  /** Of that, in the kernel: copies to and from the page cache, and memory that the system hands out. */
  readonly systemSeconds: number;
}

/** Threads inherit it, so it looks where it is. */
const TELL_CPU_SECONDS = `--import=data:text/javascript,${encodeURIComponent(
  `import { isMainThread } from 'node:worker_threads';
  if (isMainThread) process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    process.stderr.write('\\ncpu ' + (user + system) / 1e6 + ' ' + system / 1e6);
  });`,
)}`;

/** `cloudreg run` with as many threads; throws where it does not end well. */
export const runCloudreg = (
  acquisition: string,
  output: string,
  threads: number,
  ...flags: readonly string[]
): RunFigures => runJobOf('run', acquisition, output, '--workers', String(threads), ...flags);

/** A command that ends with a job's figures. */
export const runJobOf = (...command: readonly string[]): RunFigures =>
  runModule('../program/main.js', [], ...command);

/** The same with flags of node's own, and unbundled: a profile names the module of each function. */
export const runUnderNode = (nodeFlags: readonly string[], ...command: readonly string[]): RunFigures =>
  runModule('../cli/main.js', nodeFlags, ...command);

function runModule(module: string, nodeFlags: readonly string[], ...command: readonly string[]): RunFigures {
  const binary = fileURLToPath(new URL(module, import.meta.url));
  const words = [...command, '--json'];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [TELL_CPU_SECONDS, ...nodeFlags, binary, ...words],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  if (status !== 0)
    throw new Error(`cloudreg ${words.join(' ')} ended with ${status}: ${stderr}${lastLine(stdout)}`);
  const [, cpuSeconds, systemSeconds] = lastLine(stderr).split(' ').map(Number) as [number, number, number];
  return { ...(JSON.parse(lastLine(stdout)) as RunFigures), cpuSeconds, systemSeconds };
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
