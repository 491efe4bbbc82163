import { join } from 'node:path';
import { pairsFile } from '../../services/stitching/pairs.ts';
import { placementFile } from '../../shared/acquisition/placement.ts';
import { openStore } from '../../shared/adapters/open-store.ts';
import { readFile } from '../../shared/engine/files.ts';
import { runCloudreg } from '../cloudreg.ts';
import { type Judgement, judgePlacement } from './judge-placement.ts';
import { inFolder } from './make-acquisition.ts';
import { readTruth } from './truth.ts';

export const THREADS = 2;

/** Runs the built program as far as placement, with its defaults, and judges what it says. */
export const placeAcquisition = (acquisition: string): Promise<Judgement> =>
  inFolder((folder) => {
    const output = join(folder, 'output');
    runCloudreg(acquisition, output, THREADS, '--until', 'stitching.place');
    return judgeOutput(acquisition, output);
  });

export async function judgeOutput(acquisition: string, output: string): Promise<Judgement> {
  const store = await openStore(output);
  const placement = await readFile(store, placementFile);
  return judgePlacement(placement, await readFile(store, pairsFile), readTruth(acquisition));
}
