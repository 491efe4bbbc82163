import { describe, expect, it } from 'vitest';
import { coarsePeaks } from '../../../../services/stitching/alignment/coarse.ts';
import type { Field } from '../../../../services/stitching/alignment/stabilise.ts';
import { openCorrelator, workspaceFor } from '../../../../services/stitching/alignment/workspace.ts';
import { axes, type Triple } from '../../../../services/stitching/axes.ts';
import { loadKernels } from '../../../../shared/kernels/kernels.ts';
import { seededRandom } from '../../../../shared/numerics/random.ts';

function randomField(size: Triple, seed: number): Field {
  const random = seededRandom(seed);
  return { size, values: Float32Array.from({ length: size[0] * size[1] * size[2] }, () => random() - 0.5) };
}

/** The part of `field` from `start` on, with some noise. */
function part(field: Field, start: Triple, size: Triple): Field {
  const random = seededRandom(77);
  const values = new Float32Array(size[0] * size[1] * size[2]).map((_, i) => {
    const place = [
      i % size[0],
      Math.floor(i / size[0]) % size[1],
      Math.floor(i / (size[0] * size[1])),
    ] as const;
    const [x, y, z] = axes((axis) => start[axis] + place[axis]);
    return field.values[(z * field.size[1] + y) * field.size[0] + x]! + 0.3 * (random() - 0.5);
  });
  return { size, values };
}

/** The field in a buffer of the workspace. */
function placedIn(buffer: Float32Array, { values, size }: Field): Field {
  buffer.set(values);
  return { values: buffer.subarray(0, values.length), size };
}

function directNcc(a: Field, b: Field, [dx, dy, dz]: Triple): number {
  let product = 0;
  let energyA = 0;
  let energyB = 0;
  for (let z = Math.max(0, dz); z < Math.min(a.size[2], b.size[2] + dz); z++) {
    for (let y = Math.max(0, dy); y < Math.min(a.size[1], b.size[1] + dy); y++) {
      for (let x = Math.max(0, dx); x < Math.min(a.size[0], b.size[0] + dx); x++) {
        const valueA = a.values[(z * a.size[1] + y) * a.size[0] + x]!;
        const valueB = b.values[((z - dz) * b.size[1] + y - dy) * b.size[0] + x - dx]!;
        product += valueA * valueB;
        energyA += valueA ** 2;
        energyB += valueB ** 2;
      }
    }
  }
  return product / Math.sqrt(energyA * energyB);
}

describe('the coarse correlation', () => {
  it.each([
    ['in one piece', [24, 40, 9], [12, 2, -1]],
    ['of single planes', [24, 40, 1], [12, -2, 0]],
    ['in pieces of rows', [16, 700, 3], [8, 3, 1]],
  ] as const)('is that of a direct sum at its peak, %s', async (_, size, shift) => {
    const margin: Triple = [20, 8, 4];
    const whole = randomField(
      axes((i) => size[i] + 2 * margin[i]),
      5,
    );
    const a = part(whole, margin, size);
    const b = part(
      whole,
      axes((i) => margin[i] + shift[i]),
      size,
    );
    const workspace = workspaceFor(await openCorrelator(loadKernels()), [a.size, b.size], 1);
    const nominal: Triple = axes((i) => (i === 0 ? 2 * (shift[0] + 2) : 0));
    const { binnedA, binnedB } = workspace.buffers;
    const [inA, inB] = [placedIn(binnedA, a), placedIn(binnedB, b)];
    const [peak] = coarsePeaks(workspace, inA, inB, 2, nominal, [8, 8, size[2] === 1 ? 0 : 1]);
    expect(axes((i) => Math.round(peak!.offset[i]))).toEqual(axes((i) => shift[i] * (i === 2 ? 1 : 2)));
    expect(peak!.ncc).toBeCloseTo(directNcc(a, b, shift), 5);
  });
});
