import { describe, expect, it } from 'vitest';
import { fieldBlock, fieldBuffers, fieldOverBlock } from '../../shared/illumination/block.ts';
import type { IlluminationField } from '../../shared/illumination/field.ts';
import type { Three } from '../../shared/illumination/volume.ts';
import { loadKernels } from '../../shared/kernels/kernels.ts';
import { seededRandom } from '../../shared/numerics/random.ts';

function randomField(shape: Three, seed: number, strength = 0.8): IlluminationField {
  const random = seededRandom(seed);
  const data = Float64Array.from({ length: shape[0] * shape[1] * shape[2] }, () =>
    Math.fround(strength * (random() - 0.5)),
  );
  return { lattice: { data, shape }, firstUm: [10, 20, 15], lastUm: [610, 420, 315] };
}

const cubic = (x: number) => {
  const d = Math.abs(x);
  return d < 1 ? (4 - 6 * d * d + 3 * d ** 3) / 6 : Math.max(0, 2 - d) ** 3 / 6;
};

/** The sum over all control points, in float64: the definition. */
function factorAt({ lattice, firstUm, lastUm }: IlluminationField, placeUm: readonly number[]): number {
  const p = placeUm.map((um, axis) => {
    const share = (um - firstUm[axis]!) / (lastUm[axis]! - firstUm[axis]!);
    return Math.min(1, Math.max(0, share)) * (lattice.shape[axis]! - 3);
  });
  const [width = 0, height = 0, depth = 0] = lattice.shape;
  let b = 0;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        b +=
          lattice.data[(z * height + y) * width + x]! *
          cubic(p[0]! - x + 1) *
          cubic(p[1]! - y + 1) *
          cubic(p[2]! - z + 1);
  return Math.exp(-Math.min(2.3, Math.max(-2.3, b)));
}

const voxelSizeUm: Three = [17, 11, 23];

describe('the field at voxel centres', () => {
  it.each([[[4, 4, 4]], [[5, 7, 4]], [[11, 11, 11]]] as [Three][])(
    'is the spline of %j points, to 1e-5',
    (shape) => {
      const field = randomField(shape, 3);
      const [origin, size] = [[0, 0, 0] as Three, [39, 41, 15] as Three];
      const factors = fieldBlock(field, { voxelSizeUm, origin, size });
      let worst = 0;
      for (let i = 0; i < factors.length; i += 7) {
        const voxel = [i % 39, Math.floor(i / 39) % 41, Math.floor(i / (39 * 41))];
        const exact = factorAt(
          field,
          voxel.map((index, axis) => (index + 0.5) * voxelSizeUm[axis]!),
        );
        worst = Math.max(worst, Math.abs(factors[i]! / exact - 1));
      }
      expect(worst).toBeLessThan(1e-5);
    },
  );

  it('does not depend on the block', () => {
    const field = randomField([7, 5, 5], 4);
    const whole = fieldBlock(field, { voxelSizeUm, origin: [0, 0, 0], size: [40, 30, 9] });
    const random = seededRandom(8);
    for (let n = 0; n < 20; n++) {
      const origin = [40, 30, 9].map((most) => Math.floor(random() * most)) as unknown as Three;
      const size = [40, 30, 9].map(
        (most, axis) => 1 + Math.floor(random() * (most - origin[axis]!)),
      ) as unknown as Three;
      const part = fieldBlock(field, { voxelSizeUm, origin, size });
      for (const [i, factor] of part.entries()) {
        const [x, y, z] = [
          i % size[0],
          Math.floor(i / size[0]) % size[1],
          Math.floor(i / (size[0] * size[1])),
        ];
        if (factor !== whole[((origin[2] + z) * 30 + origin[1] + y) * 40 + origin[0] + x])
          expect.fail(`block ${n} at ${origin} of ${size}: voxel ${i} differs`);
      }
    }
  });

  it('keeps 0 as 0 and never scales by more than ten', () => {
    const field = randomField([4, 4, 4], 5, 40);
    const kernels = loadKernels();
    const buffers = kernels.layout({
      plane: { type: 'float32', length: 60 },
      ...fieldBuffers(field, [10, 6]),
    });
    const scale = fieldOverBlock(
      field,
      { voxelSizeUm: [60, 70, 80], origin: [0, 0, 1], size: [10, 6, 2] },
      kernels,
      buffers,
    );
    scale(buffers.plane, 1);
    expect(buffers.plane.every((value) => value === 0)).toBe(true);
    buffers.plane.fill(1);
    scale(buffers.plane, 0);
    const [least, most] = [Math.min(...buffers.plane), Math.max(...buffers.plane)];
    expect(least).toBeGreaterThan(Math.exp(-2.3) - 1e-6);
    expect(most).toBeLessThan(Math.exp(2.3) + 1e-5);
    expect(most / least).toBeGreaterThan(2);
  });
});
