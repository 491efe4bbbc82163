import { stepsWith } from '../shared/engine/step.ts';
import type { JobParameters } from './parameters.ts';

/** Defines a step of this project's pipeline: its inputs carry the job's parameters. */
export const defineStep = stepsWith<JobParameters>();
