/** Where the time of `run` goes, stage by stage, over its threads; `profile:small` takes 0.5 GiB of raw data instead of 2. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runUnderNode } from './cloudreg.ts';
import { readProfiles, stages } from './profile-stages.ts';
import { makeAcquisition } from './run-data.ts';

const THREADS = 2;

export const benches = [{ name: 'profile', run: benchProfile }];

async function benchProfile(print: (text: string) => void, parts: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cloudreg-profile-'));
  const [raw, profiles] = [join(folder, 'raw'), join(folder, 'profiles')];
  try {
    const rawBytes = await makeAcquisition(raw, parts.includes('small') ? 4 : 8);
    const { seconds, cpuSeconds } = runUnderNode(
      ['--cpu-prof', '--cpu-prof-dir', profiles],
      ...['run', raw, join(folder, 'volume'), '--workers', String(THREADS)],
      ...['--placement', 'nominal', '--flat-field', 'none', '--background', 'none'],
    );
    const megabytes = (rawBytes / 1e6).toFixed(0);
    print(
      `  run of ${megabytes} MB: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU; seconds by thread:`,
    );
    const [main = new Map(), ...workers] = readProfiles(profiles);
    const sum = (stage: string): number => workers.reduce((all, worker) => all + (worker.get(stage) ?? 0), 0);
    const total = stages.reduce((all, stage) => all + sum(stage), 0);
    print(`  ${'stage'.padEnd(20)}${'main'.padStart(8)}${'workers'.padStart(10)}${'share'.padStart(8)}`);
    for (const stage of stages) {
      const cells = [(main.get(stage) ?? 0).toFixed(2).padStart(8), sum(stage).toFixed(2).padStart(10)];
      print(`  ${stage.padEnd(20)}${cells.join('')}${((sum(stage) / total) * 100).toFixed(1).padStart(7)}%`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
