/** The alignment's kernels compute what their oracles compute, bit for bit, and touch nothing else. */
import { describe, expect, it } from 'vitest';
import { highPassScratch, loadKernels, type Pixels, type PixelType } from '../../shared/kernels/kernels.ts';
import { addCrossSpectrum } from '../../shared/kernels/oracles/alignment/add-cross-spectrum.ts';
import { addRows, addTurnedRows, addValues } from '../../shared/kernels/oracles/alignment/add-rows.ts';
import { columnSquares } from '../../shared/kernels/oracles/alignment/column-squares.ts';
import { highPassBox } from '../../shared/kernels/oracles/alignment/high-pass-box.ts';
import { multiplyByConjugate } from '../../shared/kernels/oracles/alignment/multiply-by-conjugate.ts';
import { padRows } from '../../shared/kernels/oracles/alignment/pad-rows.ts';
import { removeTrend } from '../../shared/kernels/oracles/alignment/remove-trend.ts';
import { rowMoments } from '../../shared/kernels/oracles/alignment/row-moments.ts';
import { stabilise } from '../../shared/kernels/oracles/alignment/stabilise.ts';
import { windowRows } from '../../shared/kernels/oracles/alignment/window-rows.ts';
import { anyLength, expectSameBits, forSeeds, makeSlots, type Slot, twinOf, whole } from './cases.ts';

const kernels = loadKernels();
const types: PixelType[] = ['uint8', 'uint16', 'float32'];
const float32 = (length: number) => ({ type: 'float32' as const, length });
const uint16 = (length: number) => ({ type: 'uint16' as const, length });

type F = Float32Array;
type Run = (args: F[]) => void;

/** Runs the kernel on the slots and the oracle on copies of them; then all that is `compared` must agree. */
function expectTwins(slots: Slot[], label: string, kernel: Run, oracle: Run, compared = slots.length): void {
  const twins = slots.map(twinOf);
  kernel(slots.map(({ view }) => view as F));
  oracle(twins.map(({ view }) => view as F));
  for (const [i, slot] of slots.slice(0, compared).entries())
    expectSameBits(slot.all, twins[i]!.all, `${label}, argument ${i}`);
}

/** Sums of what is not finite, or overflows, are not finite in either, but which of them is not said. */
function makeFinite(slots: readonly Slot[]): void {
  for (const { view } of slots)
    for (let i = 0; i < view.length; i++) if (!(Math.abs(view[i]!) < 1e6)) view[i] = i % 7;
}

/** Rows of a table that other rows are added to, or weighted by. */
const tableRows = 4;

const asRows = (view: Pixels | undefined): Uint16Array => view as Uint16Array;

function nameRows({ view }: Slot, random: () => number): void {
  for (let i = 0; i < view.length; i++) view[i] = whole(random, tableRows);
}

describe.each(types)('%s pixels', (type) => {
  it('are stabilised as the oracle says', () => {
    forSeeds(200, (testCase) => {
      const { random } = testCase;
      const [width, rows] = [anyLength(random) % 70, whole(random, 6)];
      const stride = width + whole(random, 9);
      const noise = {
        background: random() * 300,
        gain: 0.001 + random(),
        readVariance: 0.05 + 100 * random(),
      };
      const slots = makeSlots(kernels, testCase, [{ type, length: stride * rows }, float32(width * rows)]);
      const run =
        (twin: typeof stabilise) =>
        ([raw, out]: Pixels[]) =>
          twin(raw!, stride, width, rows, noise, out as F);
      expectTwins(slots, testCase.label, run(kernels.stabilise), run(stabilise));
    });
  });
});

describe('planes', () => {
  it('lose their trend as the oracle says', () => {
    forSeeds(200, (testCase) => {
      const { random } = testCase;
      const [width, height] = [1 + (anyLength(random) % 70), 1 + whole(random, 20)];
      const args = [
        float32(width * height),
        float32(width),
        float32(width),
        float32(height),
        float32(height),
      ];
      const slots = makeSlots(kernels, testCase, args);
      makeFinite(slots);
      const run =
        (twin: typeof removeTrend): Run =>
        ([plane, linearX, squareX, linearY, squareY]) =>
          twin(
            plane!,
            width,
            height,
            { linear: linearX!, square: squareX! },
            { linear: linearY!, square: squareY! },
          );
      expectTwins(
        slots,
        `${testCase.label}, ${width} x ${height}`,
        run(kernels.removeTrend),
        run(removeTrend),
      );
    });
  });

  it('lose the means of boxes as the oracle says, also where a box is larger than the plane', () => {
    forSeeds(200, (testCase) => {
      const { random } = testCase;
      const [width, height] = [anyLength(random) % 70, whole(random, 30)];
      const [half, scale] = [whole(random, 14), 0.5 + random()];
      const args = [float32(width * height), float32(width * height), float32(highPassScratch(width, half))];
      const slots = makeSlots(kernels, testCase, args);
      makeFinite(slots);
      expectTwins(
        slots,
        `${testCase.label}, ${width} x ${height}, half ${half}`,
        ([plane, out, scratch]) => kernels.highPassBox(plane!, width, height, half, scale, out!, scratch!),
        ([plane, out]) => highPassBox(plane!, width, height, half, scale, out!),
        2,
      );
    });
  });

  it('have the sums of squares that the oracle says', () => {
    forSeeds(200, (testCase) => {
      const { random } = testCase;
      const [width, height] = [anyLength(random) % 70, 1 + whole(random, 20)];
      const stride = width + whole(random, 9);
      const count = whole(random, 5);
      const args = [float32(stride * height), float32(Math.max(0, count - 1) * width), uint16(count)];
      const slots = makeSlots(kernels, testCase, args);
      makeFinite(slots.slice(0, 2));
      asRows(slots[2]!.view).set(
        Array.from({ length: count }, () => whole(random, height + 1)).sort((i, j) => i - j),
      );
      const run =
        (twin: typeof columnSquares): Run =>
        ([plane, out, cuts]) =>
          twin(plane!, stride, width, asRows(cuts), out!);
      expectTwins(slots, testCase.label, run(kernels.columnSquares), run(columnSquares));
    });
  });

  it('are padded with zeros as the oracle says', () => {
    forSeeds(200, (testCase) => {
      const { random } = testCase;
      const [width, rows] = [anyLength(random) % 70, whole(random, 6)];
      const [stride, length] = [width + whole(random, 9), width + whole(random, 20)];
      const slots = makeSlots(kernels, testCase, [float32(stride * rows), float32(length * rows)]);
      const run =
        (twin: typeof padRows): Run =>
        ([values, out]) =>
          twin(values!, stride, width, rows, length, out!);
      expectTwins(slots, testCase.label, run(kernels.padRows), run(padRows));
    });
  });

  it('are multiplied by windows as the oracle says', () => {
    forSeeds(200, (testCase) => {
      const { random } = testCase;
      const [width, rows] = [anyLength(random) % 70, whole(random, 6)];
      const stride = width + whole(random, 20);
      const args = [float32(width * rows), float32(width), float32(rows), float32(stride * rows)];
      const slots = makeSlots(kernels, testCase, args);
      const run =
        (twin: typeof windowRows): Run =>
        ([values, windowX, rowWeights, out]) =>
          twin(values!, width, rows, windowX!, rowWeights!, stride, out!);
      expectTwins(slots, testCase.label, run(kernels.windowRows), run(windowRows));
    });
  });
});

describe('spectra', () => {
  it('are multiplied and added up as the oracle says', () => {
    forSeeds(200, (testCase) => {
      const count = anyLength(testCase.random);
      const pairs = float32(2 * count);
      const slots = makeSlots(kernels, testCase, [pairs, pairs, pairs, float32(count), float32(count)]);
      const run =
        (twin: typeof addCrossSpectrum): Run =>
        ([a, b, cross, powerA, powerB]) =>
          twin(a!, b!, cross!, powerA!, powerB!);
      expectTwins(slots, testCase.label, run(kernels.addCrossSpectrum), run(addCrossSpectrum));
    });
  });

  it('are multiplied in place as the oracle says', () => {
    forSeeds(200, (testCase) => {
      const pairs = float32(2 * anyLength(testCase.random));
      const slots = makeSlots(kernels, testCase, [pairs, pairs]);
      const run =
        (twin: typeof multiplyByConjugate): Run =>
        ([a, b]) =>
          twin(a!, b!);
      expectTwins(slots, testCase.label, run(kernels.multiplyByConjugate), run(multiplyByConjugate));
    });
  });

  it('have the moments that the oracle says', () => {
    forSeeds(200, (testCase) => {
      const { random } = testCase;
      const [rows, length] = [whole(random, 6), anyLength(random) % 70];
      const args = [2 * rows * length, 2 * rows, 3 * length, tableRows * length, 5 * rows].map(float32);
      const slots = makeSlots(kernels, testCase, [...args, uint16(rows)]);
      makeFinite(slots.slice(0, 5));
      nameRows(slots[5]!, random);
      const run =
        (twin: typeof rowMoments): Run =>
        ([spectrum, turns, turnZ, weights, out, weightRows]) =>
          twin(spectrum!, rows, length, turns!, turnZ!, weights!, asRows(weightRows), out!);
      expectTwins(slots, testCase.label, run(kernels.rowMoments), run(rowMoments));
    });
  });

  it('are turned and added to rows of cells as the oracle says', () => {
    forSeeds(200, (testCase) => {
      const { random } = testCase;
      const [rows, length] = [whole(random, 6), anyLength(random) % 70];
      const args = [2 * rows * length, 2 * rows, 2 * length, tableRows * length].map(float32);
      const slots = makeSlots(kernels, testCase, [...args, uint16(rows)]);
      makeFinite(slots.slice(0, 4));
      nameRows(slots[4]!, random);
      const run =
        (twin: typeof addTurnedRows): Run =>
        ([spectrum, turns, turnZ, sums, targets]) =>
          twin(spectrum!, rows, length, turns!, turnZ!, asRows(targets), sums!);
      expectTwins(slots, testCase.label, run(kernels.addTurnedRows), run(addTurnedRows));
    });
  });

  it('have powers that are added to rows of cells as the oracle says', () => {
    forSeeds(200, (testCase) => {
      const { random } = testCase;
      const [rows, length] = [whole(random, 6), anyLength(random) % 70];
      const args = [rows * length, rows, tableRows * length].map(float32);
      const slots = makeSlots(kernels, testCase, [...args, uint16(rows)]);
      nameRows(slots[3]!, random);
      const run =
        (twin: typeof addRows): Run =>
        ([values, rowWeights, sums, targets]) =>
          twin(values!, rows, length, rowWeights!, asRows(targets), sums!);
      expectTwins(slots, testCase.label, run(kernels.addRows), run(addRows));
    });
  });

  it('are added up as the oracle says', () => {
    forSeeds(200, (testCase) => {
      const length = anyLength(testCase.random);
      const slots = makeSlots(kernels, testCase, [float32(length), float32(length)]);
      const run =
        (twin: typeof addValues): Run =>
        ([sums, values]) =>
          twin(sums!, values!);
      expectTwins(slots, testCase.label, run(kernels.addValues), run(addValues));
    });
  });

  it('of too small arrays are refused before anything is written', () => {
    const { a, b } = kernels.layout({ a: float32(8), b: float32(6) });
    expect(() => kernels.multiplyByConjugate(a, b)).toThrow('b has 6 values, expected at least 8');
    expect(() => kernels.windowRows(a, 4, 2, b, b, 3, a)).toThrow('stride is 3');
    expect(() => kernels.padRows(a, 4, 4, 2, 3, a)).toThrow('length is 3');
  });

  it('of cells or rows that are not there are refused', () => {
    const { a, rows } = kernels.layout({ a: float32(8), rows: uint16(2) });
    rows.set([0, 2]);
    expect(() => kernels.addRows(a, 2, 4, a, rows, a)).toThrow('sums has 8 values, expected at least 12');
    expect(() => kernels.addTurnedRows(a, 1, 4, a, a, rows.subarray(1), a)).toThrow('sums has 8 values');
    const moments = () => kernels.rowMoments(a, 1, 2, a, a, a.subarray(4), rows.subarray(1), a);
    expect(moments).toThrow('weights has 4 values, expected at least 6');
    rows.set([2, 1]);
    expect(() => kernels.columnSquares(a, 4, 4, rows, a)).toThrow('expected ascending row numbers');
    rows.set([1, 3]);
    expect(() => kernels.columnSquares(a, 4, 4, rows, a)).toThrow('plane has 8 values, expected at least 12');
  });
});
