/** The built program of this build, run as a user runs it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface RunFigures {
  readonly seconds: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly peakRssMiB: number;
}

/** `cloudreg run` with as many threads; throws where it does not end well. */
export function runCloudreg(
  acquisition: string,
  output: string,
  threads: number,
  ...flags: readonly string[]
): RunFigures {
  const binary = fileURLToPath(new URL('../cli/main.js', import.meta.url));
  const words = ['run', acquisition, output, '--workers', String(threads), '--json', ...flags];
  const { status, stdout, stderr } = spawnSync(process.execPath, [binary, ...words], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0)
    throw new Error(`cloudreg ${words.join(' ')} ended with ${status}: ${stderr}${lastLine(stdout)}`);
  return JSON.parse(lastLine(stdout)) as RunFigures;
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
