/** Checkpoints of a registration in the job's store: a description, and one file with all arrays. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, readFileIfPresent, writeFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { StepFile } from '../../../shared/engine/step.ts';
import type { Checkpoint, DescentState } from '../../../shared/registration/checkpoint.ts';
import { type Initial, WORK_FOLDER } from '../../../shared/registration/files/registration-files.ts';
import { affineSchema } from '../../../shared/registration/files/space.ts';
import type { RoundReport } from '../../../shared/registration/register.ts';

const number = z.number();
const count = z.number().int().nonnegative();

/** Floats of each array in the file, in its order. */
const lengths = z.object({
  w: count.nullable(),
  contrast: z.object({ gain: count, offset: count }).nullable(),
  descent: z.object({ w: count, v: count, pairs: count }).nullable(),
});

const checkpointSchema = z.object({
  format: z.literal('cloudreg-checkpoint/1'),
  /** Of the first pose and the recipe: a checkpoint of another registration is not taken up. */
  of: z.string(),
  arrays: z.string(),
  lengths,
  state: z.object({
    level: count,
    round: count,
    toAtlas: affineSchema,
    damping: number,
    mixture: z.object({ sigma: number, priors: z.tuple([number, number, number]).readonly() }),
    timeSteps: count,
    stepVoxels: number,
  }),
  cubic: z.array(number).nullable(),
  descent: z.object({ iterations: count, evaluations: count }).nullable(),
  rounds: z.array(z.custom<RoundReport>((value) => value !== null && typeof value === 'object')),
});

const checkpointFile: StepFile<z.infer<typeof checkpointSchema>> = {
  key: `${WORK_FOLDER}checkpoint.json`,
  schema: checkpointSchema,
};

export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly rounds: readonly RoundReport[];
}

export const identityOf = (initial: Initial): string =>
  createHash('sha256').update(canonicalJson(initial)).digest('hex').slice(0, 16);

/** The arrays first, under a name of their own: whoever reads the description finds those that belong to it. */
export async function putCheckpoint(
  store: ObjectStore,
  of: string,
  { checkpoint, rounds }: StoredCheckpoint,
): Promise<void> {
  const { w, contrast, descent, ...state } = checkpoint;
  const name = `${state.level}-${state.round}-${state.timeSteps}-${state.stepVoxels}-${descent?.iterations ?? 0}`;
  const arrays = `${WORK_FOLDER}checkpoint-${name}.f32`;
  await store.put(arrays, joined(arraysOf(checkpoint)));
  const before = await readFileIfPresent(store, checkpointFile);
  await writeFile(store, checkpointFile, {
    format: 'cloudreg-checkpoint/1',
    of,
    arrays,
    lengths: {
      w: w?.length ?? null,
      contrast: contrast ? { gain: contrast.gain.length, offset: contrast.offset.length } : null,
      descent: descent ? { w: descent.w.length, v: descent.v.length, pairs: descent.pairs.length } : null,
    },
    state,
    cubic: contrast ? [...contrast.cubic] : null,
    descent: descent ? { iterations: descent.iterations, evaluations: descent.evaluations } : null,
    rounds: [...rounds],
  });
  if (before !== undefined && before.arrays !== arrays) await store.delete([before.arrays]);
}

/** Undefined where there is none of this registration, or another consumer has just replaced it. */
export async function readCheckpoint(store: ObjectStore, of: string): Promise<StoredCheckpoint | undefined> {
  const stored = await readFileIfPresent(store, checkpointFile);
  if (stored === undefined || stored.of !== of) return undefined;
  const object = await store.get(stored.arrays);
  if (object === undefined) return undefined;
  const take = arrayTaker(object.bytes);
  const { w, contrast, descent } = stored.lengths;
  return {
    rounds: stored.rounds,
    checkpoint: {
      ...stored.state,
      w: w === null ? undefined : take(w),
      contrast:
        contrast === null
          ? undefined
          : { cubic: stored.cubic ?? [], gain: take(contrast.gain), offset: take(contrast.offset) },
      descent: descent === null ? undefined : descentOf(descent, stored.descent!, take),
    },
  };
}

export async function removeCheckpoint(store: ObjectStore): Promise<void> {
  const stored = await readFileIfPresent(store, checkpointFile);
  if (stored !== undefined) await store.delete([checkpointFile.key, stored.arrays]);
}

function descentOf(
  lengthsOf: { readonly w: number; readonly v: number; readonly pairs: number },
  counts: { readonly iterations: number; readonly evaluations: number },
  take: (floats: number) => Float32Array,
): DescentState {
  const [w, v] = [take(lengthsOf.w), take(lengthsOf.v)];
  const pairs = Array.from({ length: lengthsOf.pairs }, () => ({
    s: take(lengthsOf.w),
    y: take(lengthsOf.w),
  }));
  return { ...counts, w, v, pairs };
}

const arraysOf = ({ w, contrast, descent }: Checkpoint): readonly Float32Array[] => [
  ...(w ? [w] : []),
  ...(contrast ? [contrast.gain, contrast.offset] : []),
  ...(descent ? [descent.w, descent.v, ...descent.pairs.flatMap(({ s, y }) => [s, y])] : []),
];

/** A copy: stores do not take shared memory. */
function joined(arrays: readonly Float32Array[]): Uint8Array {
  const all = new Float32Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return new Uint8Array(all.buffer);
}

function arrayTaker(bytes: Uint8Array): (floats: number) => Float32Array {
  const all = new Float32Array(bytes.slice().buffer);
  let at = 0;
  return (floats) => {
    at += floats;
    return all.slice(at - floats, at);
  };
}
