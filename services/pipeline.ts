/** The one list of steps. Queues, fleets, alarms, dashboards, `status` and `estimate` derive from it. */
import { type AnyStep, type Pipeline, stepId } from '../shared/engine/step.ts';
import { pyramid } from './downsampling/pyramid.ts';
import { apply } from './illumination-correction/apply.ts';
import { estimate } from './illumination-correction/estimate.ts';
import { convert } from './ingest/convert.ts';
import { inspect } from './ingest/inspect.ts';
import { scan } from './ingest/scan.ts';
import { type JobParameters, jobParameters } from './parameters.ts';
import { initialise } from './registration/initialise.ts';
import { register } from './registration/register.ts';
import { transform } from './registration/transform.ts';
import { align } from './stitching/align.ts';
import { fuse } from './stitching/fuse.ts';
import { place } from './stitching/place.ts';
import { preview } from './stitching/preview.ts';
import { report } from './stitching/report.ts';
import { flatField } from './tile-correction/flat-field.ts';
import { survey } from './tile-correction/survey.ts';

const steps: readonly AnyStep<JobParameters>[] = [
  scan,
  inspect,
  convert,
  survey,
  flatField,
  align,
  place,
  preview,
  report,
  estimate,
  apply,
  fuse,
  pyramid,
  initialise,
  register,
  transform,
];

/** Steps of jobs that begin with a volume or an image: `apply` evens out what fusion would have, `convert` is a job alone. */
const OF_OTHER_JOBS: readonly AnyStep<JobParameters>[] = [inspect, convert, apply];

/** Of a job that begins with an acquisition. */
export const runSteps = steps.filter((step) => !OF_OTHER_JOBS.includes(step)).map(stepId);

export const pipeline: Pipeline<JobParameters> = {
  // Raised whenever the same parameters would give other bytes.
  version: '2',
  parameters: jobParameters,
  steps,
};
