/** What `ingest` is asked while its job waits: is the upload complete, and does the job still do what is asked for? */
import { lookAtUpload } from '../../../shared/acquisition/colm/upload-completeness.ts';
import { canonicalJson } from '../../../shared/engine/files.ts';
import type { JobRecord } from '../../../shared/engine/records.ts';
import type { InputContext, Readiness } from '../../../shared/engine/step.ts';
import { type JobParameters, wantedAlignmentChannel } from '../../parameters.ts';
import { CONFIG, readUploadWish, type UploadWish } from './upload-wish.ts';

export async function uploadReadiness(context: InputContext<JobParameters>): Promise<Readiness> {
  const { job, parameters, source } = context;
  const read = await readUploadWish(source);
  // Its event tells the uploader; here it only must not begin with parameters that nobody wants.
  if (read.kind === 'bad') return { ready: false, progress: read.problem };
  const { wish, isWritten } = read;
  if (isWritten && !isWhatIsDone(job, wish)) return { ready: false, progress: CHANGED };
  return lookAtUpload(source, {
    channels: readChannels(parameters),
    isSaidComplete: wish.isSaidComplete,
  });
}

/** Those that are fused, and the one that is only aligned on. */
function readChannels(parameters: JobParameters): JobParameters['channels'] {
  const { channels } = parameters;
  const aligned = wantedAlignmentChannel(parameters);
  return channels === 'all' || aligned === undefined ? channels : [...channels, aligned];
}

/** Its event, which changes the job, may be seconds behind the file. */
const CHANGED = `${CONFIG} asks for something else than this job does, and the event of its upload was not handled yet`;

const isWhatIsDone = (job: JobRecord, { parameters, output }: UploadWish): boolean =>
  canonicalJson(job.parameters) === canonicalJson(parameters) &&
  (output === undefined || output === job.output);
