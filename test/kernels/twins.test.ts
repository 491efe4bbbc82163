/** Each kernel computes what its oracle computes, bit for bit, and touches nothing else. */
import { describe, expect, it } from 'vitest';
import { loadKernels, type Pixels, type PixelType } from '../../shared/kernels/kernels.ts';
import { averagePlanes } from '../../shared/kernels/oracles/average-planes.ts';
import { blend } from '../../shared/kernels/oracles/blend.ts';
import { blendMax, blendMin, blendNearest } from '../../shared/kernels/oracles/blend-choice.ts';
import { copyRows } from '../../shared/kernels/oracles/copy-rows.ts';
import { correct } from '../../shared/kernels/oracles/correct.ts';
import { countFrom } from '../../shared/kernels/oracles/count-from.ts';
import { halvePlane } from '../../shared/kernels/oracles/halve-plane.ts';
import { quantise } from '../../shared/kernels/oracles/quantise.ts';
import { widen } from '../../shared/kernels/oracles/widen.ts';
import { anyLength, expectSameBits, forSeeds, makeSlots, type Slot, twinOf, whole } from './cases.ts';

const kernels = loadKernels();
const types: PixelType[] = ['uint8', 'uint16', 'float32'];
const blends = Object.entries({ blend, blendNearest, blendMax, blendMin });
const float32 = (length: number) => ({ type: 'float32' as const, length });

/** Runs the kernel on the slots and the oracle on copies of them; then all of every slot must agree. */
function expectTwins(slots: Slot[], label: string, kernel: Run, oracle: Run): void {
  const twins = slots.map(twinOf);
  kernel(slots.map(({ view }) => view));
  oracle(twins.map(({ view }) => view));
  for (const [i, slot] of slots.entries()) expectSameBits(slot.all, twins[i]!.all, `${label}, argument ${i}`);
}
type Run = (args: Pixels[]) => void;
type F = Float32Array;

const anyBackground = (random: () => number) => (random() < 0.3 ? 0 : random() * 1000);

describe.each(types)('%s pixels', (type) => {
  it('are widened as the oracle says', () => {
    forSeeds(150, (testCase) => {
      const length = anyLength(testCase.random);
      const slots = makeSlots(kernels, testCase, [{ type, length }, float32(length)]);
      const run =
        (twin: typeof widen) =>
        ([values, out]: Pixels[]) =>
          twin(values!, out as F);
      expectTwins(slots, testCase.label, run(kernels.widen), run(widen));
    });
  });
});

/** Rows and columns of a rectangle, and widths of planes that it fits into. */
function anyRectangle(random: () => number) {
  const [columns, rows] = [anyLength(random) % 70, whole(random, 9)];
  const anyWidth = () => columns + whole(random, 9);
  return { columns, rows, widths: [anyWidth(), anyWidth(), anyWidth()] as const };
}

describe.each(types)('rectangles of %s pixels', (type) => {
  it.each(['with', 'without'])('are corrected %s a flat field as the oracle says', (which) => {
    forSeeds(150, (testCase) => {
      const { columns, rows, widths } = anyRectangle(testCase.random);
      const [rawWidth, outWidth, flatWidth] = widths;
      const background = anyBackground(testCase.random);
      const slots = makeSlots(kernels, testCase, [
        { type, length: rows * rawWidth },
        float32(rows * outWidth),
        float32(rows * flatWidth),
      ]);
      const run =
        (twin: typeof correct) =>
        ([raw, out, factor]: Pixels[]) => {
          const flat = which === 'with' ? { factor: factor as F, width: flatWidth } : undefined;
          twin(raw!, rawWidth, flat, background, out as F, outWidth, columns, rows);
        };
      expectTwins(slots, testCase.label, run(kernels.correct), run(correct));
    });
  });

  it('are rounded and clipped as the oracle says', () => {
    forSeeds(150, (testCase) => {
      const { columns, rows, widths } = anyRectangle(testCase.random);
      const [width, outWidth] = widths;
      const slots = makeSlots(kernels, testCase, [float32(rows * width), { type, length: rows * outWidth }]);
      const run =
        (twin: typeof quantise) =>
        ([values, out]: Pixels[]) =>
          twin(values as F, width, out!, outWidth, columns, rows);
      expectTwins(slots, testCase.label, run(kernels.quantise), run(quantise));
    });
  });

  it('are copied as the oracle says', () => {
    forSeeds(150, (testCase) => {
      const { columns, rows, widths } = anyRectangle(testCase.random);
      const [fromWidth, toWidth] = widths;
      const slots = makeSlots(kernels, testCase, [
        { type, length: rows * fromWidth },
        { type, length: rows * toWidth },
      ]);
      const run =
        (twin: typeof copyRows) =>
        ([from, to]: Pixels[]) =>
          twin(from!, fromWidth, to!, toWidth, columns, rows);
      expectTwins(slots, testCase.label, run(kernels.copyRows), run(copyRows));
    });
  });
});

describe('planes', () => {
  it('are counted as the oracle says', () => {
    forSeeds(150, (testCase) => {
      const [slot] = makeSlots(kernels, testCase, [float32(anyLength(testCase.random))]);
      const view = slot!.view as F;
      const least = testCase.random() < 0.5 ? 65_535.5 : 70_000 * testCase.random();
      if (view.length > 0) view[whole(testCase.random, view.length)] = least;
      expect(kernels.countFrom(view, least), testCase.label).toBe(countFrom(view, least));
    });
  });

  it('are halved as the oracle says, odd borders included', () => {
    forSeeds(300, (testCase) => {
      const { random } = testCase;
      const [width, height] = [random() < 0.7 ? whole(random, 40) : anyLength(random), whole(random, 12)];
      const halved = Math.ceil(width / 2) * Math.ceil(height / 2);
      const slots = makeSlots(kernels, testCase, [float32(width * height), float32(halved)]);
      const run =
        (twin: typeof halvePlane) =>
        ([plane, out]: Pixels[]) =>
          twin(plane as F, width, height, out as F);
      expectTwins(slots, `${testCase.label}, ${width} x ${height}`, run(kernels.halvePlane), run(halvePlane));
    });
  });

  it('are averaged as the oracle says', () => {
    forSeeds(150, (testCase) => {
      const length = anyLength(testCase.random);
      const slots = makeSlots(kernels, testCase, [float32(length), float32(length), float32(length)]);
      const run =
        (twin: typeof averagePlanes) =>
        ([a, b, out]: Pixels[]) =>
          twin(a as F, b as F, out as F);
      expectTwins(slots, testCase.label, run(kernels.averagePlanes), run(averagePlanes));
    });
  });

  it.each(blends)('are blended by %s as the oracle says', (name, oracle) => {
    forSeeds(300, (testCase) => {
      const { random } = testCase;
      const [columns, rows] = [anyLength(random) % 70, whole(random, 9)];
      const overlap = float32(columns * rows);
      const args = [overlap, float32(columns), float32(rows), overlap, overlap];
      const slots = makeSlots(kernels, testCase, args);
      makeRamps(slots, random);
      const run =
        (twin: typeof blend) =>
        ([values, rampX, rampY, mean, weight]: Pixels[]) =>
          twin(values as F, columns, rows, rampX as F, rampY as F, mean as F, weight as F);
      expectTwins(slots, testCase.label, run(kernels[name as 'blend']), run(oracle));
    });
  });
});

/** Ramps lie between 0 and 1, weights at or above 0. */
function makeRamps([, rampX, rampY, , weight]: Slot[], random: () => number): void {
  for (const slot of [rampX!, rampY!, weight!])
    for (let i = 0; i < slot.view.length; i++) slot.view[i] = random() < 0.2 ? 0 : random();
}

it('a comparison of twins sees a single bit', () => {
  const [a, b] = [new Float32Array([1, 0, NaN]), new Float32Array([1, -0, NaN])];
  expect(() => expectSameBits(a, b, 'zeros')).toThrow('zeros: voxel 1');
});
