/** What makes a job this job and no other. */
import { createHash } from 'node:crypto';
import { canonicalJson } from './files.ts';
import type { Json, JsonObject, NewJob } from './records.ts';

/** Hexadecimal digits: 64 bits. */
const ID_LENGTH = 16;

/** Equal input, output, parameters, pipeline version and steps are the same job, whenever and by whatever build made. */
export function makeJob(job: Omit<NewJob, 'jobId'>): NewJob {
  const { input, output, parameters, pipelineVersion, steps } = job;
  const identity = canonicalJson({ input, output, parameters, pipelineVersion, steps });
  return { ...job, jobId: createHash('sha256').update(identity).digest('hex').slice(0, ID_LENGTH) };
}

/**
 * In which parameters two jobs differ, one line each, named like the command line's flags:
 * `--chunk-size: 128,128,64 there, 64,64,64 here`.
 */
export function differences(there: JsonObject, here: JsonObject): string[] {
  const names = [...new Set([...Object.keys(there), ...Object.keys(here)])].sort();
  return names
    .filter((name) => canonicalJson(there[name] ?? null) !== canonicalJson(here[name] ?? null))
    .map((name) => `--${kebabCase(name)}: ${text(there[name])} there, ${text(here[name])} here`);
}

const kebabCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function text(value: Json | undefined): string {
  if (value === undefined || value === null) return 'not set';
  if (Array.isArray(value) && value.every((part) => typeof part !== 'object')) return value.join(',');
  return typeof value === 'object' ? canonicalJson(value) : String(value);
}
