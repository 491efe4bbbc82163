/** A job with default parameters over an acquisition that is only thought of, and its plan. */
import { type NominalPlan, planFromAcquisition } from '../../cli/estimate/nominal-plan.ts';
import { STEPS } from '../../cli/run-options.ts';
import { jobParameters } from '../../services/parameters.ts';
import { pipeline } from '../../services/pipeline.ts';
import type { Acquisition } from '../../shared/acquisition/acquisition.ts';
import { makeJob } from '../../shared/engine/job.ts';
import type { NewJob } from '../../shared/engine/records.ts';

export const thoughtUpJob = (): NewJob =>
  makeJob({
    input: 'memory://raw',
    output: 'memory://volume',
    parameters: jobParameters.parse({}),
    pipelineVersion: pipeline.version,
    build: 'bench',
    createdAt: 0,
    steps: STEPS,
  });

export const planOf = (acquisition: Acquisition): Promise<NominalPlan> =>
  planFromAcquisition(pipeline, thoughtUpJob(), acquisition);
