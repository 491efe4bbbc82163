import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { channelFolder } from '../../services/output-volume.ts';
import { acquisitionFile } from '../../shared/acquisition/acquisition.ts';
import { openStore } from '../../shared/adapters/open-store.ts';
import { readFile } from '../../shared/engine/files.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { type RunFigures, runCloudreg } from '../cloudreg.ts';
import { atMost, type Figure } from './figure.ts';
import { inFolder } from './make-acquisition.ts';
import { THREADS } from './place-acquisition.ts';

/**
 * A whole run: what `judge` makes of its output, and its bytes.
 *
 * @param readBound times the acquisition's bytes
 */
export const runOver = (
  acquisition: string,
  flags: readonly string[],
  readBound: number,
  judge: (output: string) => readonly Figure[] | Promise<readonly Figure[]>,
): Promise<readonly Figure[]> =>
  inFolder(async (folder) => {
    const output = join(folder, 'output');
    const run = runCloudreg(acquisition, output, THREADS, ...flags);
    return [...(await judge(output)), ...(await byteFigures(run, output, readBound))];
  });

async function byteFigures(run: RunFigures, output: string, readBound: number): Promise<Figure[]> {
  const store = await openStore(output);
  const { rawBytes, channels } = await readFile(store, acquisitionFile);
  let finest = 0;
  for (const channel of channels) {
    const name = channelFolder(channel);
    const { info } = await openVolume(store, name);
    finest += bytesIn(join(output, name, info.scales[0]!.key));
  }
  return [
    atMost('bytes read, times the raw bytes', run.bytesRead / rawBytes, readBound, 2),
    atMost(
      `bytes written, times the ${(finest / 1e6).toFixed(1)} MB of mip 0`,
      run.bytesWritten / finest,
      1.5,
      2,
    ),
  ];
}

const bytesIn = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
