/**
 * `npm run bench -- task-times`: CPU seconds, bytes and requests of every step's tasks, on a phantom of plain and of
 * compressed planes. `task-times:write` also writes them to `cli/estimate/task-times.json`, from which `estimate` reckons.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineText } from '../cli/machine.ts';
import { makePhantomAcquisition } from '../cli/phantom/make-phantom.ts';
import { readTiff } from '../shared/formats/tiff/read.ts';
import { tiffInMemory } from '../shared/formats/tiff/source.ts';
import { measureJob } from './task-times/measure-job.ts';

const PHANTOM = {
  rows: 2,
  columns: 2,
  tileSize: [1024, 1024, 128],
  channels: 1,
  missing: [],
  seed: 1,
} as const;
const RESULT = 'cli/estimate/task-times.json';

export const benches = [{ name: 'task-times', run: benchTaskTimes }];

async function benchTaskTimes(print: (text: string) => void, parts: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cloudreg-task-times-'));
  const [raw, volume] = [join(folder, 'raw'), join(folder, 'volume')];
  try {
    await makePhantomAcquisition({ ...PHANTOM, folder: raw });
    print('  plain planes');
    const plain = await measureJob(raw, volume, print);
    rmSync(volume, { recursive: true });
    await compressPlanes(raw);
    print('  compressed planes (deflate)');
    const compressed = await measureJob(raw, volume, print);
    const times = {
      format: 'cloudreg-task-times/1',
      date: new Date().toISOString().slice(0, 10),
      machine: machineText(),
      command: 'npm run bench -- task-times:write',
      plain,
      compressed,
    };
    if (!parts.includes('write')) return;
    writeFileSync(RESULT, `${JSON.stringify(times, null, 2)}\n`);
    print(`  written to ${RESULT}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compressPlanes(folder: string): Promise<void> {
  const { default: sharp } = await import('sharp');
  const planes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.tif'),
  );
  for (const name of planes) {
    const path = join(folder, name);
    const { pixels, width, height } = await readTiff(tiffInMemory(path, await readFile(path)));
    await sharp(pixels as Uint16Array, { raw: { width, height, channels: 1 } })
      .toColourspace('grey16')
      .tiff({ compression: 'deflate', predictor: 'horizontal' })
      .toFile(path);
  }
}
