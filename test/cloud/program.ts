/** The built program in processes of their own, as users and fleets start it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** From the sources it is the built twin; built, this file lies in dist/test/cloud. */
const built = (path: string): string =>
  fileURLToPath(
    new URL(`${import.meta.url.endsWith('.ts') ? '../../dist' : '../..'}/${path}`, import.meta.url),
  );

const SCRIPTS = { cloudreg: built('program/main.js'), functions: built('test/cloud/functions.js') } as const;
export type Script = keyof typeof SCRIPTS;

export type Environment = Readonly<Record<string, string>>;

export interface Ended {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

const start = (script: Script, words: readonly string[], environment: Environment): ChildProcess =>
  spawn(process.execPath, [SCRIPTS[script], ...words], {
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Runs one command to its end; `onText` sees its output as it comes. */
export function runProgram(
  words: readonly string[],
  environment: Environment,
  onText: (text: string) => void = () => {},
): Promise<Ended> {
  const child = start('cloudreg', words, environment);
  const text = { out: '', err: '' };
  const collect = (name: 'out' | 'err') => (chunk: Buffer) => {
    text[name] += chunk.toString();
    onText(chunk.toString());
  };
  child.stdout?.on('data', collect('out'));
  child.stderr?.on('data', collect('err'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...text }));
  });
}

export interface Running {
  readonly name: string;
  /** It has started: it lives, and has said something. */
  isAtWork(): boolean;
  /** Resolves when it has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** Of a process that stays: its name is that of its log too. */
export interface Post {
  readonly name: string;
  readonly script: Script;
  readonly words: readonly string[];
}

export function startProgram(
  { name, script, words }: Post,
  environment: Environment,
  logFile: string,
): Running {
  const child = start(script, words, environment);
  const log = createWriteStream(logFile, { flags: 'a' });
  let hasSpoken = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.once('data', () => {
      hasSpoken = true;
    });
    stream?.pipe(log, { end: false });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (exitCode) => {
      log.end();
      resolve(exitCode);
    });
  });
  return {
    name,
    isAtWork: () => hasSpoken && child.exitCode === null && child.signalCode === null,
    async end(signal) {
      child.kill(signal);
      await ended;
    },
    ended,
  };
}
