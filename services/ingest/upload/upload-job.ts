/** The one job of an upload. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../shared/engine/files.ts';
import type { NewJob, StepId } from '../../../shared/engine/records.ts';
import { newWaiting } from '../../../shared/engine/waiting.ts';
import type { Upload } from './notification.ts';
import type { UploadWish } from './upload-wish.ts';

export interface UploadSettings {
  /** URL below which an output lies that `cloudreg.json` does not name. */
  readonly outputRoot: string;
  readonly pipelineVersion: string;
  /** Of a job that begins with an acquisition. */
  readonly steps: readonly StepId[];
  /** The program's version and commit, for the record only. */
  readonly build: string;
}

export const inputOf = ({ bucket, folder }: Upload): string =>
  folder === '' ? `s3://${bucket}` : `s3://${bucket}/${folder}`;

/** At the same place below the output root; an acquisition that fills its bucket is named like it. */
export const usualOutput = ({ bucket, folder }: Upload, { outputRoot }: UploadSettings): string =>
  `${outputRoot.replace(/\/+$/, '')}/${folder === '' ? bucket : folder}`;

/**
 * By the acquisition's place alone. Whatever `cloudreg.json` says, and however often that changes, it is the same job,
 * so that an upload is never computed twice: two parameter sets could only be two jobs.
 */
export const uploadJobId = (upload: Upload): string =>
  createHash('sha256')
    .update(canonicalJson({ upload: inputOf(upload) }))
    .digest('hex')
    .slice(0, 16);

export function uploadJob(upload: Upload, wish: UploadWish, settings: UploadSettings, now: number): NewJob {
  return {
    jobId: uploadJobId(upload),
    input: inputOf(upload),
    output: wish.output ?? usualOutput(upload, settings),
    parameters: wish.parameters,
    pipelineVersion: settings.pipelineVersion,
    build: settings.build,
    createdAt: now,
    steps: settings.steps,
    waiting: newWaiting(wish.maxWaitSeconds, now),
  };
}
