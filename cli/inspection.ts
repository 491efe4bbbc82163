/** What `doctor` looks at: each check finds something and, where it is not good, says what to do. */
import { randomBytes } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { openSqlite } from '../shared/adapters/local/sqlite.ts';
import { openStore } from '../shared/adapters/open-store.ts';
import { isUrl, nearestExisting, placeOf } from './folders.ts';
import { availableCores, memoryMiB, processorName } from './machine.ts';
import { formatBytes } from './quantities.ts';

export interface Finding {
  readonly what: string;
  readonly verdict: 'good' | 'warning' | 'bad';
  readonly found: string;
  readonly advice?: string;
}

/** Oldest Node of package.json's `engines`. */
const OLDEST_NODE = [20, 19] as const;
/** Two workers stay below this (README, figures); half of RAM is the default for --memory. */
const LITTLE_MEMORY_MIB = 3 * 1024;
/** The demo writes below 1 GB; real acquisitions need about their own size. */
const LITTLE_DISK_BYTES = 5e9;
const REINSTALL = 'Run "npm ci" again on this machine: packages for another system do not load.';

export const inspectMachine = (folder: string): Promise<Finding[]> =>
  Promise.all([
    checkNode(),
    loads('sharp', async () => `libvips ${(await import('sharp')).default.versions.vips}`),
    loads('libsql', openDatabase),
    checkSimd(),
    checkProcessor(),
    checkMemory(),
    ...(isUrl(placeOf(folder)) ? [] : [checkDisk(folder)]),
    checkWriting(folder),
  ]);

function checkNode(): Finding {
  const found = process.versions.node;
  const [major = 0, minor = 0] = found.split('.').map(Number);
  const isNewEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (isNewEnough) return { what: 'Node', verdict: 'good', found };
  return { what: 'Node', verdict: 'bad', found, advice: `Install Node ${OLDEST_NODE.join('.')} or newer.` };
}

async function loads(what: string, load: () => Promise<string>): Promise<Finding> {
  try {
    return { what, verdict: 'good', found: await load() };
  } catch (error) {
    return { what, verdict: 'bad', found: (error as Error).message.split('\n')[0]!, advice: REINSTALL };
  }
}

async function openDatabase(): Promise<string> {
  const database = await openSqlite(':memory:');
  try {
    return `SQLite ${database.get<{ version: string }>('SELECT sqlite_version() AS version')?.version}`;
  } finally {
    database.close();
  }
}

/** TypeScript declares WebAssembly only together with the browser; this is the part used here. */
declare const WebAssembly: { validate(bytes: Uint8Array): boolean };

/** The smallest module with a SIMD instruction: `i8x16.popcnt(i8x16.splat(0))`. */
const SIMD_MODULE = [
  [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  [1, 5, 1, 0x60, 0, 1, 0x7b],
  [3, 2, 1, 0],
  [10, 10, 1, 8, 0, 0x41, 0, 0xfd, 0x0f, 0xfd, 0x62, 0x0b],
].flat();

function checkSimd(): Finding {
  const what = 'WebAssembly SIMD';
  if (WebAssembly.validate(new Uint8Array(SIMD_MODULE))) return { what, verdict: 'good', found: 'supported' };
  const advice = 'This processor or build of Node lacks it (x86-64 needs SSE4.1): use another machine.';
  return { what, verdict: 'bad', found: 'not supported', advice };
}

const checkProcessor = (): Finding => ({
  what: 'processor',
  verdict: 'good',
  found: `${availableCores()} cores, ${processorName()}`,
});

function checkMemory(): Finding {
  const found = `${(memoryMiB() / 1024).toFixed(1)} GiB`;
  if (memoryMiB() >= LITTLE_MEMORY_MIB) return { what: 'memory', verdict: 'good', found };
  return { what: 'memory', verdict: 'warning', found, advice: 'Little: use --workers 1.' };
}

async function checkDisk(folder: string): Promise<Finding> {
  const what = 'free disk';
  const path = nearestExisting(folder);
  try {
    const { bavail, bsize } = await statfs(path);
    const found = `${formatBytes(bavail * bsize)} at ${path}`;
    if (bavail * bsize >= LITTLE_DISK_BYTES) return { what, verdict: 'good', found };
    return {
      what,
      verdict: 'warning',
      found,
      advice: 'An output needs about as much as the raw data it is made from.',
    };
  } catch (error) {
    return {
      what,
      verdict: 'bad',
      found: (error as Error).message,
      advice: 'Make the folder, or name another one.',
    };
  }
}

/** Also tries what SQLite and `ifAbsent` need: a file system with links. */
async function checkWriting(folder: string): Promise<Finding> {
  const what = 'writing';
  const key = `cloudreg-doctor-${randomBytes(4).toString('hex')}`;
  const place = isUrl(placeOf(folder)) ? folder : nearestExisting(folder);
  try {
    const store = await openStore(place);
    await store.put(key, new Uint8Array(1), { ifAbsent: true });
    await store.delete([key]);
    return { what, verdict: 'good', found: place };
  } catch (error) {
    return {
      what,
      verdict: 'bad',
      found: (error as Error).message,
      advice: 'Use another folder for the output.',
    };
  }
}
