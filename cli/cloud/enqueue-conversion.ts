/** `cloudreg convert --enqueue`: gives a conversion to the deployment's consumers. */
import { planConversion } from '../../services/ingest/conversion/make-plan.ts';
import { toUrl } from '../../shared/adapters/open-store.ts';
import {
  CONVERSION_STEPS,
  type ConversionJobParameters,
  refuseOtherVolume,
  refuseOverlap,
} from '../conversion-job.ts';
import { tellConversion } from '../conversion-lines.ts';
import { newJob } from '../new-job.ts';
import { claimFolder } from '../output-folder.ts';
import type { Terminal } from '../terminal.ts';
import { checkAccess } from './access.ts';
import { beginJob } from './begin-job.ts';
import type { Cloud } from './cloud.ts';
import { refuseLocalPlaces } from './reachable.ts';

export interface ConversionWish {
  readonly input: string;
  readonly output: string;
  readonly parameters: ConversionJobParameters;
}

export async function enqueueConversion(
  terminal: Terminal,
  cloud: Cloud,
  { input, output, parameters }: ConversionWish,
  flags: { readonly wait?: true; readonly json?: true },
): Promise<number> {
  refuseLocalPlaces({
    input: { name: 'The input', place: input },
    output,
    instead: 'cloudreg convert without --enqueue',
  });
  const source = await cloud.openStore(toUrl(input));
  const store = await cloud.openStore(toUrl(output));
  const folder = { path: store.url, store };
  refuseOverlap(source.url, folder.path);
  const look = planConversion(source, parameters, parameters.conversion);
  const plan = await checkAccess(cloud, { name: 'input', look }, store);
  await refuseOtherVolume(folder);
  const job = await claimFolder(folder, await newJob(source, folder, parameters, CONVERSION_STEPS));
  const json = flags.json === true;
  tellConversion(terminal, plan, json);
  return beginJob(terminal, cloud, job, { json, wait: flags.wait === true });
}
