/**
 * Temporary files of a writer that was killed. Their names say which process of which machine wrote them, so the next
 * one to write into the folder removes those whose process is gone: a resumed job leaves no trace of the crash.
 */
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemCode } from '../store-errors.ts';

const START = '.cloudreg-put-';

/** `.cloudreg-put-<machine>-<process>-`; the machine is a hash, because host names can be long. */
export const temporaryPrefix = (): string => `${thisMachine()}${process.pid}-`;

export const isTemporary = (name: string): boolean => name.startsWith(START);

export async function removeLeftovers(folder: string): Promise<void> {
  const mine = thisMachine();
  const names = (await readdir(folder)).filter((name) => name.startsWith(mine));
  const stale = names.filter((name) => !isRunning(Number(name.slice(mine.length).split('-')[0])));
  await Promise.all(stale.map((name) => rm(join(folder, name), { force: true })));
}

const thisMachine = (): string =>
  `${START}${createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}-`;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return systemCode(error) !== 'ESRCH';
  }
}
