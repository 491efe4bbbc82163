/** The job of a command line: its identity follows from input, output, parameters and pipeline. */
import type { JobParameters } from '../services/parameters.ts';
import { pipeline } from '../services/pipeline.ts';
import { makeJob } from '../shared/engine/job.ts';
import type { ObjectStore } from '../shared/engine/ports.ts';
import type { NewJob } from '../shared/engine/records.ts';
import type { OutputFolder } from './output-folder.ts';
import { STEPS } from './run-options.ts';
import { programVersion } from './version.ts';

export const newJob = async (
  input: Pick<ObjectStore, 'url'>,
  output: { readonly store: Pick<OutputFolder['store'], 'url'> },
  parameters: JobParameters,
  steps: readonly string[] = STEPS,
): Promise<NewJob> =>
  makeJob({
    input: input.url,
    output: output.store.url,
    parameters,
    pipelineVersion: pipeline.version,
    build: await programVersion(),
    createdAt: Date.now(),
    steps,
  });
