/** Conversions in this thread, of arrays that are written as a file first; with blocks as small as a test wants. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConversionParameters, conversionSchema } from '../../../services/conversion-parameters.ts';
import { passCount, tasksOf } from '../../../services/ingest/conversion/conversion-geometry.ts';
import {
  type ConversionPlan,
  conversionPlanFile,
} from '../../../services/ingest/conversion/conversion-plan.ts';
import { planConversion } from '../../../services/ingest/conversion/make-plan.ts';
import { convert } from '../../../services/ingest/convert.ts';
import { type JobParameters, jobParameters } from '../../../services/parameters.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { openStore } from '../../../shared/adapters/open-store.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { type ElementArray, type ElementType, makeElements } from '../../../shared/formats/elements.ts';
import { encodeNrrd } from '../../../shared/formats/nrrd/write.ts';
import { encodeTiff } from '../../../shared/formats/tiff/write.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { seededRandom } from '../../../shared/numerics/random.ts';
import { openVolume, type Volume } from '../../../shared/volume/open-volume.ts';
import { runStep } from '../run-step.ts';

export interface Wishes {
  readonly conversion?: Partial<ConversionParameters>;
  readonly parameters?: Partial<JobParameters>;
  /** Of the blocks: a small one makes many. */
  readonly budget?: number;
  readonly store?: ObjectStore;
}

export interface Converted {
  readonly volume: Volume;
  readonly store: ObjectStore;
  readonly plan: ConversionPlan;
  /** Source and last mip of each pass over blocks. */
  readonly passes: readonly (readonly [number, number])[];
  readonly tasks: number;
  /** Of an image, by the tasks. */
  readonly bytesRead: number;
}

/** `input`: path of a file or folder, or a store that holds a volume. */
export async function convertHere(input: string | ObjectStore, wishes: Wishes = {}): Promise<Converted> {
  const source = typeof input === 'string' ? await openStore(input) : input;
  const conversion = conversionSchema.parse({ voxelSize: [1, 1, 2], ...wishes.conversion });
  const parameters = { ...wishes.parameters, conversion };
  const store = wishes.store ?? memoryStore();
  const plan = await planConversion(source, jobParameters.parse(parameters), conversion, wishes.budget);
  const files = [[conversionPlanFile, plan]] as const;
  let bytesRead = 0;
  const countRead = (bytes: number): void => {
    bytesRead += bytes;
  };
  const tasks = await runStep(convert, { store, source, files, inputs: { plan }, parameters, countRead });
  const firsts = Array.from({ length: passCount(plan) }, (_, pass) => tasksOf(plan, pass).task(0));
  const passes = firsts.flatMap((task) =>
    task.kind === 'block' ? [[task.blocks.sourceMip, task.blocks.lastMip] as const] : [],
  );
  return { volume: await openVolume(store), store, plan, passes, tasks, bytesRead };
}

/** Numbers over the whole range of the type. */
export function noise(type: ElementType, size: Vec3, seed: number, kinds?: number): ElementArray {
  const random = seededRandom(seed);
  const data = makeElements(type, size[0] * size[1] * size[2]);
  const bytes = new Uint8Array(data.buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(256 * random());
  for (let i = 0; i < data.length; i++) {
    if (type.startsWith('float')) data[i] = Math.round(2000 * random() - 1000) / 8;
    if (kinds !== undefined)
      data[i] = type.endsWith('64') ? BigInt(Math.floor(kinds * random())) : Math.floor(kinds * random());
  }
  return data;
}

export function writeNrrd(
  folder: string,
  data: ElementArray,
  shape: readonly number[],
  encoding: 'raw' | 'gzip' = 'raw',
): string {
  const path = join(folder, `image-${encoding}.nrrd`);
  writeFileSync(path, encodeNrrd({ shape, data }, encoding));
  return path;
}

/** One file a plane; `nameOf` gives the name without its suffix. */
export function writeSeries(
  folder: string,
  data: Uint8Array | Uint16Array | Float32Array,
  [width, height, depth]: Vec3,
  nameOf: (z: number) => string = (z) => `slice ${z + 1}`,
): string {
  const path = join(folder, 'series');
  mkdirSync(path, { recursive: true });
  for (let z = 0; z < depth; z++) {
    const plane = data.subarray(z * width * height, (z + 1) * width * height);
    writeFileSync(join(path, `${nameOf(z)}.tif`), encodeTiff(width, height, plane));
  }
  return path;
}

/** All voxels of a mip. */
export async function voxelsOfMip({ mips, read }: Volume, number: number) {
  const { voxelOffset, sizeVoxels } = mips[number]!;
  const end = voxelOffset.map((first, axis) => first + sizeVoxels[axis]!) as unknown as Vec3;
  return (await read(number, { start: voxelOffset, end })).data;
}
