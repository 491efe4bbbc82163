/** `cloudreg.json` in the acquisition's folder: how the uploader wants it processed, in the schema of `--config`. */
import { z } from 'zod';
import { toUrl } from '../../../shared/adapters/open-store.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { type JobParameters, jobParameters } from '../../parameters.ts';

export const CONFIG = 'cloudreg.json';

const wishSchema = jobParameters.extend({
  output: z
    .string()
    .regex(/^[a-z][a-z0-9+.-]*:\/\/[^/]/i, 'expected an s3:// URL')
    .transform(toUrl)
    .optional()
    .describe('URL of the folder for the volumes'),
  complete: z.boolean().default(false).describe('the upload is complete, whatever Experiment.ini promises'),
  maxWaitHours: z
    .number()
    .positive()
    .max(24 * 365)
    .default(24)
    .describe('how long the job waits for the rest of the upload'),
});

export interface UploadWish {
  readonly parameters: JobParameters;
  /** Undefined: where the deployment puts it. */
  readonly output: string | undefined;
  readonly isSaidComplete: boolean;
  readonly maxWaitSeconds: number;
}

export type ReadWish =
  | { readonly kind: 'wish'; readonly wish: UploadWish; readonly isWritten: boolean }
  /** The file is there and cannot be followed. */
  | { readonly kind: 'bad'; readonly problem: string };

/** Every parameter at its default where there is no such file. */
export async function readUploadWish(source: ObjectStore): Promise<ReadWish> {
  const object = await source.get(CONFIG);
  if (object === undefined) return { kind: 'wish', wish: toWish(wishSchema.parse({})), isWritten: false };
  const file = `${source.url}/${CONFIG}`;
  const bad = (problem: string): ReadWish => ({ kind: 'bad', problem: `${file}: ${problem}` });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(object.bytes));
  } catch (error) {
    return bad(`not JSON (${(error as Error).message}). ${ADVICE}`);
  }
  const parsed = wishSchema.safeParse(value);
  if (!parsed.success) return bad(`${z.prettifyError(parsed.error)}\n${ADVICE}`);
  const unreachable = unreachablePlace(parsed.data);
  if (unreachable !== undefined) return bad(unreachable);
  return { kind: 'wish', wish: toWish(parsed.data), isWritten: true };
}

const ADVICE = `It holds a JSON object such as {"channels": [0, 1], "chunkSize": [64, 64, 64]}; known are ${Object.keys(
  wishSchema.shape,
).join(', ')}. Correct the file and upload it again.`;

/** A path means a file of the uploader's machine, which no consumer can read. */
function unreachablePlace(given: z.infer<typeof wishSchema>): string | undefined {
  for (const name of ['flatField', 'placement', 'output'] as const)
    if (given[name]?.startsWith('file:'))
      return `"${name}" is ${given[name]}, which the deployment's machines cannot reach. Give an s3:// URL.`;
  return undefined;
}

const toWish = ({
  output,
  complete,
  maxWaitHours,
  ...parameters
}: z.infer<typeof wishSchema>): UploadWish => ({
  parameters,
  output,
  isSaidComplete: complete,
  maxWaitSeconds: maxWaitHours * 3600,
});
