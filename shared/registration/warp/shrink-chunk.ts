/** A coarser chunk from the finer voxels below it: means of images, the most frequent label of labels. */
import type { Vec3 } from '../../geometry/box.ts';
import { type DataType, type VoxelArray, zeroVoxels } from '../../volume/data-type.ts';

/** `fine`: exactly the voxels below the chunk, cut to the volume; a border block counts what it has. */
export function shrinkChunk(
  fine: VoxelArray,
  fineSize: Vec3,
  size: Vec3,
  factor: Vec3,
  type: DataType,
  isLabels: boolean,
): VoxelArray {
  const out = zeroVoxels(type, size[0] * size[1] * size[2]);
  const block: (number | bigint)[] = [];
  let at = 0;
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++, at++) {
        gather(fine, fineSize, [x, y, z], factor, block);
        const value = isLabels ? mostFrequent(block) : mean(block as number[], type);
        (out as Uint8Array)[at] = value as number;
      }
  return out;
}

function gather(
  fine: VoxelArray,
  [nx, ny, nz]: Vec3,
  [x, y, z]: Vec3,
  [fx, fy, fz]: Vec3,
  into: (number | bigint)[],
): void {
  into.length = 0;
  for (let k = z * fz; k < Math.min(nz, (z + 1) * fz); k++)
    for (let j = y * fy; j < Math.min(ny, (y + 1) * fy); j++)
      for (let i = x * fx; i < Math.min(nx, (x + 1) * fx); i++) into.push(fine[i + nx * (j + ny * k)]!);
}

/** Of several, the smallest (SEGMENTATION-AND-MESH section 3). */
function mostFrequent(labels: readonly (number | bigint)[]): number | bigint {
  const first = labels[0]!;
  if (labels.every((label) => label === first)) return first;
  let [best, most] = [first, 0];
  for (const label of labels) {
    let count = 0;
    for (const other of labels) if (other === label) count++;
    if (count > most || (count === most && label < best)) [best, most] = [label, count];
  }
  return best;
}

function mean(values: readonly number[], type: DataType): number {
  let sum = 0;
  for (const value of values) sum += value;
  const average = sum / values.length;
  if (type === 'float32') return average;
  const rounded = Math.round(average);
  return Math.abs(average - Math.trunc(average)) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
