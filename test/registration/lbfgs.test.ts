import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../shared/numerics/random.ts';
import { type Fields, newFields } from '../../shared/registration/fields.ts';
import type { Grid } from '../../shared/registration/grid.ts';
import { createLbfgs } from '../../shared/registration/lbfgs.ts';
import { plainKernels } from '../../shared/registration/plain-kernels.ts';

const grid: Grid = { size: [2, 3, 2], spacingUm: [1, 1, 1], originUm: [0, 0, 0] };
const kernels = plainKernels(grid, { lengthUm: 1, power: 1 });
const fields = (): Fields => newFields(kernels, grid, 1);

/** Minimises sum of c x^2 / 2 with exact steps; returns the gradient's length after each. */
function descend(curvatures: Float32Array, pairs: number, iterations: number): number[] {
  const lbfgs = createLbfgs(
    kernels,
    Array.from({ length: pairs }, () => ({ s: fields(), y: fields() })),
  );
  const [x, gradient, direction] = [fields(), fields(), fields()];
  x.all.fill(1);
  const lengths: number[] = [];
  for (let i = 0; i < iterations; i++) {
    gradient.all.set(x.all.map((value, at) => curvatures[at]! * value));
    lengths.push(Math.sqrt(kernels.dot(gradient.all, gradient.all)));
    lbfgs.direction(gradient, direction);
    const along = direction.all.reduce((sum, d, at) => sum + curvatures[at]! * d * d, 0);
    const step = -kernels.dot(gradient.all, direction.all) / along;
    const [s, y] = [fields(), fields()];
    s.all.set(direction.all.map((d) => step * d));
    y.all.set(s.all.map((d, at) => curvatures[at]! * d));
    x.all.set(x.all.map((value, at) => value + s.all[at]!));
    lbfgs.learn(s, y);
  }
  return lengths;
}

describe('L-BFGS', () => {
  const random = seededRandom(5);
  const few = Float32Array.from({ length: 48 }, () => [1, 7, 30, 100][Math.floor(4 * random())]!);

  it('solves a quadratic with four curvatures in four exact steps', () => {
    const lengths = descend(few, 6, 6);
    expect(lengths[5]! / lengths[0]!).toBeLessThan(1e-4);
  });

  it('goes on with fewer pairs than steps, by the newest', () => {
    const many = Float32Array.from({ length: 48 }, () => 1 + 99 * random());
    const lengths = descend(many, 3, 60);
    expect(lengths[59]! / lengths[0]!).toBeLessThan(1e-3);
  });

  it('begins with the steepest descent, and again where the curvature is negative', () => {
    const lbfgs = createLbfgs(kernels, [{ s: fields(), y: fields() }]);
    const [gradient, direction, s, y] = [fields(), fields(), fields(), fields()];
    gradient.all.fill(2);
    s.all.fill(1);
    y.all.fill(-1);
    lbfgs.learn(s, y);
    lbfgs.direction(gradient, direction);
    expect(lbfgs.pairs).toHaveLength(0);
    expect([...direction.all]).toEqual([...gradient.all].map((value) => -value));
  });

  it('knows what a memory held that was filled before', () => {
    const memory = [0, 1, 2].map(() => ({ s: fields(), y: fields() }));
    const first = createLbfgs(kernels, memory);
    const [gradient, one, other] = [fields(), fields(), fields()];
    for (let i = 0; i < 3; i++) {
      const s = fields();
      s.all.forEach((_, at) => void (s.all[at] = random()));
      const y = fields();
      y.all.set(s.all.map((value, at) => few[at]! * value));
      first.learn(s, y);
    }
    gradient.all.forEach((_, at) => void (gradient.all[at] = random()));
    first.direction(gradient, one);
    const copy = first.pairs.map(({ s, y }) => {
      const own = { s: fields(), y: fields() };
      own.s.all.set(s.all);
      own.y.all.set(y.all);
      return own;
    });
    createLbfgs(kernels, copy, 3).direction(gradient, other);
    expect([...other.all]).toEqual([...one.all]);
  });
});
