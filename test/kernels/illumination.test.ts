/** The kernels of N4 and of the illumination field compute what their oracles compute, bit for bit. */
import { describe, expect, it } from 'vitest';
import { type BufferSpecs, type Buffers, loadKernels } from '../../shared/kernels/kernels.ts';
import { evaluateLogFieldPlane } from '../../shared/kernels/oracles/illumination/evaluate-plane.ts';
import {
  exponentialMinusOne,
  exponentialOfEightfold,
} from '../../shared/kernels/oracles/illumination/exponential.ts';
import { gatherResidualPlane } from '../../shared/kernels/oracles/illumination/gather-plane.ts';
import { addToLogHistogram } from '../../shared/kernels/oracles/illumination/histogram.ts';
import { scaleByField } from '../../shared/kernels/oracles/illumination/scale-by-field.ts';
import { forSeeds, whole } from './cases.ts';

const kernels = loadKernels();
type AnyArray = Float32Array | Float64Array | Int32Array;

/** Runs the kernel on the buffers and the oracle on copies; afterwards every buffer must hold the same bits. */
function expectTwins<S extends BufferSpecs>(
  buffers: Buffers<S>,
  label: string,
  kernel: (buffers: Buffers<S>) => void,
  oracle: (buffers: Buffers<S>) => void,
): void {
  const copies = Object.entries(buffers).map(([name, array]) => [name, array.slice()]);
  const twin = Object.fromEntries(copies) as Buffers<S>;
  kernel(buffers);
  oracle(twin);
  for (const [name, array] of Object.entries(twin) as [string, AnyArray][]) {
    const actual = buffers[name] as unknown as AnyArray;
    // A sum of +0 and -0 depends on the order; nothing else may differ.
    const at = array.findIndex((value, i) => !(value === actual[i] || Object.is(value, actual[i])));
    if (at >= 0) expect.fail(`${label}, ${name}: value ${at} is ${actual[at]}, the oracle says ${array[at]}`);
  }
}

/** Rising numbers from 0 to `samples`, some of them equal: spans without samples. */
function fillStarts(starts: Int32Array, samples: number, random: () => number): void {
  for (let i = 1; i + 1 < starts.length; i++) starts[i] = whole(random, samples + 1);
  starts[starts.length - 1] = samples;
  starts[0] = 0;
  starts.sort();
}

const fill = (array: Float32Array | Float64Array, value: () => number): void => {
  for (let i = 0; i < array.length; i++) array[i] = value();
};

function planeCase(random: () => number) {
  const [samples, spans, start, bins] = [1 + whole(random, 40), 1 + whole(random, 9), whole(random, 5), 20];
  const rows = 1 + whole(random, 4);
  const [taps, lines] = random() < 0.2 ? [1, 1] : [4, 4 + whole(random, 3)];
  const voxels = start + samples * rows + 3;
  const buffers = kernels.layout({
    log: { type: 'float32', length: voxels },
    use: { type: 'float32', length: voxels },
    field: { type: 'float32', length: voxels },
    starts: { type: 'int32', length: spans + 1 },
    weights: { type: 'float64', length: 4 * samples + 2 },
    firstY: { type: 'int32', length: rows },
    weightsY: { type: 'float64', length: taps * rows },
    line: { type: 'float64', length: spans + 3 },
    points: { type: 'float64', length: (spans + 3) * lines },
    changes: { type: 'float64', length: 8 },
    expected: { type: 'float64', length: 2 * bins },
    histogram: { type: 'float64', length: 4 * (bins + 1) },
  });
  const large = random() < 0.3;
  fill(buffers.log, () => 7 * random());
  fill(buffers.field, () => (large ? 3 * random() : 0.3 + 0.02 * random()));
  fill(buffers.use, () => (random() < 0.4 ? 0 : random() < 0.5 ? 1 : random()));
  fill(buffers.weights, () => random() / 2);
  fill(buffers.weightsY, () => (0.95 + 0.1 * random()) / taps);
  fill(buffers.points, () => 0.3 + (large ? random() : 0.01 * random()));
  fill(buffers.expected, () => 6 * random());
  fillStarts(buffers.starts, samples, random);
  for (let y = 0; y < rows; y++) buffers.firstY[y] = whole(random, lines - taps + 1);
  return { buffers, samples, rows, taps, start, bins };
}

describe('N4', () => {
  it('evaluates planes of the log field as the oracle says', () => {
    forSeeds(400, ({ random, label }) => {
      const { buffers, start, ...size } = planeCase(random);
      const run =
        (twin: typeof evaluateLogFieldPlane) =>
        ({ points, log, use, field, changes, ...tables }: typeof buffers) =>
          twin(points, { ...size, ...tables }, log, use, field, start, changes);
      expectTwins(buffers, label, run(kernels.evaluateLogFieldPlane), run(evaluateLogFieldPlane));
    });
  });

  it('adds voxels to the histogram as the oracle says', () => {
    forSeeds(400, ({ random, label }) => {
      const { buffers, bins } = planeCase(random);
      const [smallest, perBin] = [random() * 2, 1 + 4 * random()];
      const run =
        (twin: typeof addToLogHistogram) =>
        ({ log, use, field, histogram }: typeof buffers) =>
          twin(log, use, field, smallest, perBin, bins, histogram);
      expectTwins(buffers, label, run(kernels.addToLogHistogram), run(addToLogHistogram));
    });
  });

  it('gathers residuals as the oracle says', () => {
    forSeeds(400, ({ random, label }) => {
      const { buffers, start, bins, ...size } = planeCase(random);
      const [smallest, perBin] = [random() * 2, 1 + 4 * random()];
      const run =
        (twin: typeof gatherResidualPlane) =>
        ({ log, use, field, expected, points, ...tables }: typeof buffers) =>
          twin(log, use, field, start, { ...size, ...tables }, { smallest, perBin, bins, expected }, points);
      expectTwins(buffers, label, run(kernels.gatherResidualPlane), run(gatherResidualPlane));
    });
  });

  it('refuses spans and lines that are not there, and tables that are too short', () => {
    const { buffers, start, ...size } = planeCase(() => 0.7);
    const { points, log, use, field, changes, ...tables } = buffers;
    const run = (plane: Partial<Parameters<typeof evaluateLogFieldPlane>[1]>) => () =>
      kernels.evaluateLogFieldPlane(
        points,
        { ...size, ...tables, ...plane },
        log,
        use,
        field,
        start,
        changes,
      );
    expect(run({ weights: tables.weights.subarray(4) })).toThrow('weights has');
    expect(run({ samples: size.samples - 1 })).toThrow('spans begin at samples');
    expect(run({ taps: 9 })).toThrow('leans on 9 lines');
    expect(run({ rows: size.rows + 1 })).toThrow('row 3 leans on 4 lines from undefined');
  });
});

describe('the illumination field', () => {
  it('scales planes as the oracle says', () => {
    forSeeds(400, ({ random, label }) => {
      const [columns, rows, spans, lines] = [
        1 + whole(random, 40),
        whole(random, 6),
        1 + whole(random, 4),
        4 + whole(random, 4),
      ];
      const buffers = kernels.layout({
        values: { type: 'float32', length: columns * rows + 3 },
        starts: { type: 'int32', length: spans + 1 },
        t: { type: 'float32', length: columns },
        firstY: { type: 'int32', length: rows },
        weightsY: { type: 'float32', length: 4 * rows },
        cubics: { type: 'float32', length: 4 * spans * lines },
      });
      fill(buffers.values, () => 60_000 * random());
      fill(buffers.t, random);
      fill(buffers.weightsY, random);
      const most = random() < 0.5 ? 1 : 4;
      fill(buffers.cubics, () => most * (2 * random() - 1));
      for (let y = 0; y < rows; y++) buffers.firstY[y] = whole(random, lines - 3);
      fillStarts(buffers.starts, columns, random);
      const run =
        (twin: typeof scaleByField) =>
        ({ values, ...plane }: typeof buffers) =>
          twin(values, rows, plane, 2.3);
      expectTwins(buffers, label, run(kernels.scaleByField), run(scaleByField));
    });
  });

  it('has exponentials as exact as they say', () => {
    for (let x = -4; x <= 4; x += 0.0137) {
      expect(Math.abs(exponentialMinusOne(x) - Math.expm1(x)) / Math.exp(x)).toBeLessThan(1e-14);
    }
    for (let y = -0.2875; y <= 0.2875; y += 0.00137) {
      const single = Math.fround(y);
      expect(Math.abs(exponentialOfEightfold(single) / Math.exp(8 * single) - 1)).toBeLessThan(2e-6);
    }
    expect(exponentialOfEightfold(0)).toBe(1);
  });
});
