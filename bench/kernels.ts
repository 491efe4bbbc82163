/** Voxels per second of each kernel, and the ratio to its plain TypeScript twin in the same run. */
import {
  highPassScratch,
  type IlluminationKernels,
  type Kernels,
  loadKernels,
} from '../shared/kernels/kernels.ts';
import { addCrossSpectrum } from '../shared/kernels/oracles/alignment/add-cross-spectrum.ts';
import { addRows, addTurnedRows, addValues } from '../shared/kernels/oracles/alignment/add-rows.ts';
import { columnSquares } from '../shared/kernels/oracles/alignment/column-squares.ts';
import { highPassBox } from '../shared/kernels/oracles/alignment/high-pass-box.ts';
import { multiplyByConjugate } from '../shared/kernels/oracles/alignment/multiply-by-conjugate.ts';
import { padRows } from '../shared/kernels/oracles/alignment/pad-rows.ts';
import { removeTrend } from '../shared/kernels/oracles/alignment/remove-trend.ts';
import { rowMoments } from '../shared/kernels/oracles/alignment/row-moments.ts';
import { stabilise } from '../shared/kernels/oracles/alignment/stabilise.ts';
import { windowRows } from '../shared/kernels/oracles/alignment/window-rows.ts';
import { averagePlanes } from '../shared/kernels/oracles/average-planes.ts';
import { blend } from '../shared/kernels/oracles/blend.ts';
import { blendMax, blendMin, blendNearest } from '../shared/kernels/oracles/blend-choice.ts';
import { copyRows } from '../shared/kernels/oracles/copy-rows.ts';
import { correct } from '../shared/kernels/oracles/correct.ts';
import { countFrom } from '../shared/kernels/oracles/count-from.ts';
import { halvePlane } from '../shared/kernels/oracles/halve-plane.ts';
import { quantise } from '../shared/kernels/oracles/quantise.ts';
import { countValues } from '../shared/kernels/oracles/survey/count-values.ts';
import { widen } from '../shared/kernels/oracles/widen.ts';
import { addBlockSums } from '../shared/numerics/block-sums.ts';

/** A COLM plane: what a kernel is given at once. */
const side = 2048;
const voxels = side * side;
/** Of the alignment's high-pass. */
const boxHalf = 12;
/** Of the survey, in such a plane. */
const block = 32;
const leastSeconds = 0.25;

/** gzip and the illumination have benchmarks of their own. */
type Twin = Omit<Kernels, 'layout' | 'gzip' | keyof IlluminationKernels>;
type Work = [name: string, run: (twin: Twin) => void];

export const benches = [{ name: 'kernels', run: runKernels }];

async function runKernels(print: (text: string) => void): Promise<void> {
  const kernels = loadKernels();
  const oracles: Twin = {
    copyRows,
    correct,
    countFrom,
    blend,
    blendNearest,
    blendMax,
    blendMin,
    quantise,
    widen,
    halvePlane,
    averagePlanes,
    stabilise,
    removeTrend,
    highPassBox,
    windowRows,
    addCrossSpectrum,
    multiplyByConjugate,
    rowMoments,
    columnSquares,
    padRows,
    addRows,
    addTurnedRows,
    addValues,
    addBlockSums: (plane, width, height, block, _, sums) => addBlockSums(plane, width, height, block, sums),
    countValues,
  };
  print(`planes of ${side} x ${side}; million voxels of input per second\n`);
  print(`${'kernel'.padEnd(34)}${'SIMD'.padStart(9)}${'plain'.padStart(9)}${'ratio'.padStart(8)}`);
  for (const [name, work] of workOn(makeBuffers(kernels))) {
    const fast = megavoxelsPerSecond(() => work(kernels));
    const plain = megavoxelsPerSecond(() => work(oracles));
    const ratio = (fast / plain).toFixed(1);
    print(
      `${name.padEnd(34)}${fast.toFixed(0).padStart(9)}${plain.toFixed(0).padStart(9)}${ratio.padStart(8)}`,
    );
  }
}

function makeBuffers(kernels: Kernels) {
  const plane = { type: 'float32', length: voxels } as const;
  const buffers = kernels.layout({
    bytes: { type: 'uint8', length: voxels },
    words: { type: 'uint16', length: voxels },
    a: plane,
    b: plane,
    c: plane,
    ramp: { type: 'float32', length: side },
    rows: { type: 'uint16', length: voxels / 32 },
    cuts: { type: 'uint16', length: 2 },
    scratch: { type: 'float32', length: highPassScratch(side, boxHalf) },
    row: { type: 'int32', length: side },
    sums: { type: 'float64', length: (side / block) ** 2 },
    counts: { type: 'int32', length: 4 * 65_536 },
  });
  for (let i = 0; i < voxels; i++) {
    buffers.bytes[i] = (i * 7) % 256;
    buffers.words[i] = (i * 7919) % 65_536;
    buffers.a[i] = ((i * 7919) % 65_536) * 1.1;
    buffers.b[i] = 0.8 + (i % 1000) / 2500;
  }
  buffers.ramp.fill(0.5);
  for (let i = 0; i < buffers.rows.length; i++) buffers.rows[i] = i % 81;
  buffers.cuts.set([0, side]);
  return buffers;
}

/** What is measured; each line overwrites only what no later line reads. */
function workOn({
  bytes,
  words,
  a,
  b,
  c,
  ramp,
  rows,
  cuts,
  scratch,
  row,
  sums,
  counts,
}: ReturnType<typeof makeBuffers>) {
  const blendOf = (name: 'blend' | 'blendNearest' | 'blendMax' | 'blendMin'): Work => [
    name,
    (twin) => twin[name](a, side, side, ramp, ramp, b, c),
  ];
  const basis = { linear: ramp, square: ramp };
  const flat = { factor: b, width: side };
  const noise = { background: 100, gain: 0.5, readVariance: 16 };
  const [half, quarter] = [voxels / 2, voxels / 4];
  const work: Work[] = [
    [
      'correct uint8, no flat field',
      (twin) => twin.correct(bytes, side, undefined, 100, c, side, side, side),
    ],
    [
      'correct uint16, no flat field',
      (twin) => twin.correct(words, side, undefined, 100, c, side, side, side),
    ],
    ['correct uint16, flat field', (twin) => twin.correct(words, side, flat, 100, c, side, side, side)],
    ['correct float32, flat field', (twin) => twin.correct(a, side, flat, 100, c, side, side, side)],
    ['add block sums uint16', (twin) => twin.addBlockSums(words, side, side, block, row, sums)],
    ['count values uint16', (twin) => twin.countValues(words, counts)],
    ['stabilise uint16', (twin) => twin.stabilise(words, side, side, side, noise, c)],
    ['remove trend', (twin) => twin.removeTrend(c, side, side, basis, basis)],
    ['high-pass box', (twin) => twin.highPassBox(a, side, side, boxHalf, 1, c, scratch)],
    ['window rows', (twin) => twin.windowRows(a, side, side, ramp, ramp, side, c)],
    [
      'add cross-spectrum (values of both)',
      (twin) =>
        twin.addCrossSpectrum(
          a.subarray(0, half),
          a.subarray(half),
          c.subarray(0, half),
          c.subarray(half, half + quarter),
          c.subarray(half + quarter),
        ),
    ],
    ['multiply by conjugate (values of one)', (twin) => twin.multiplyByConjugate(c, b)],
    [
      'row moments (values of the spectrum)',
      (twin) => twin.rowMoments(a, voxels / 64, 32, b, ramp, b, rows, c),
    ],
    ['column squares', (twin) => twin.columnSquares(a, side, side, cuts, c)],
    ['pad rows', (twin) => twin.padRows(a, side, side, side / 2, 2 * side, c)],
    ['add rows', (twin) => twin.addRows(a, voxels / 32, 32, b, rows, c)],
    [
      'add turned rows (values of the spectrum)',
      (twin) => twin.addTurnedRows(a, voxels / 64, 32, b, ramp, rows, c),
    ],
    ['add values', (twin) => twin.addValues(c, b)],
    ['halve plane', (twin) => twin.halvePlane(a, side, side, c)],
    ['average planes (voxels of one)', (twin) => twin.averagePlanes(a, b, c)],
    ['widen uint8', (twin) => twin.widen(bytes, c)],
    ['widen uint16', (twin) => twin.widen(words, c)],
    ['copy rows of 128 voxels (half the plane)', (twin) => twin.copyRows(a, 128, c, 256, 128, voxels / 256)],
    ['count from', (twin) => twin.countFrom(a, 65_535.5)],
    ['quantise to uint8', (twin) => twin.quantise(a, side, bytes, side, side, side)],
    ['quantise to uint16', (twin) => twin.quantise(a, side, words, side, side, side)],
    ...(['blend', 'blendNearest', 'blendMax', 'blendMin'] as const).map(blendOf),
  ];
  return work;
}

/** The best of several runs: what other programs take away is not the kernel's. */
function megavoxelsPerSecond(work: () => void): number {
  work();
  let best = Infinity;
  for (let spent = 0; spent < leastSeconds; ) {
    const begin = performance.now();
    work();
    const seconds = (performance.now() - begin) / 1000;
    best = Math.min(best, seconds);
    spent += seconds;
  }
  return voxels / best / 1e6;
}
