/** Runs the built binary as a user does: a process of its own; or in this process, where that adds nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cloudreg as program } from '../../cli/program.ts';
import { fakeTerminal } from '../cli/fake-terminal.ts';

const MAIN = fileURLToPath(new URL('../../dist/program/main.js', import.meta.url));

/** For tests that are not about corrections: their estimation takes longer than all the rest. */
export const UNCORRECTED = ['--placement', 'nominal', '--flat-field', 'none', '--background', 'none'];

export interface Outcome {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
  /** Resolves with the first output on either stream that `pattern` matches; rejects when it ends without. */
  saying(pattern: RegExp): Promise<string>;
}

export const cloudreg = (...words: string[]): Promise<Outcome> => start(...words).outcome;

/** The same words without a process: for what is refused or only looked at, of which loading would take the most. */
export async function cloudregHere(...words: string[]): Promise<Outcome> {
  const terminal = fakeTerminal();
  const exitCode = await program(words, terminal);
  return { exitCode, ...terminal.written };
}

export function start(...words: string[]): Started {
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { out: '', err: '' };
  const watchers = new Set<() => void>();
  const collect = (name: 'out' | 'err') => (chunk: Buffer) => {
    text[name] += chunk.toString();
    for (const look of watchers) look();
  };
  child.stdout.on('data', collect('out'));
  child.stderr.on('data', collect('err'));
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...text }));
  });
  const saying = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(text.out) ?? pattern.exec(text.err);
        if (!found) return;
        watchers.delete(look);
        resolve(found[0]);
      };
      watchers.add(look);
      look();
      outcome.then(() => {
        look();
        reject(new Error(`ended without saying ${pattern}:\n${text.out}${text.err}`));
      }, reject);
    });
  return { child, outcome, saying };
}

export function folderForTests(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'cloudreg-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Calls `test` with a folder that is gone afterwards. */
export async function inFolder<T>(test: (folder: string) => Promise<T>): Promise<T> {
  const folder = folderForTests();
  try {
    return await test(folder.path);
  } finally {
    folder.remove();
  }
}

/** Every file of the volumes by path, as base64: what two runs must agree on. */
export function volumeFiles(output: string): Record<string, string> {
  const files = readdirSync(output, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !relative(output, path).startsWith('.cloudreg'))
    .sort();
  return Object.fromEntries(files.map((path) => [relative(output, path), readFileSync(path, 'base64')]));
}

/** The last line of `--json` output. */
export const lastObject = (out: string): Record<string, unknown> =>
  JSON.parse(out.trimEnd().split('\n').at(-1) ?? '');
