/**
 * Where two tiles may fit: normalised correlation of their whole overlap in three dimensions, grown by the search range
 * (STITCHING section 2.3).
 */
import { goodVolumeSize, type PlaneSource, wholePlan } from '../../../shared/numerics/fft-volume.ts';
import { median } from '../../../shared/numerics/statistics.ts';
import { axes, type Triple } from '../axes.ts';
import { shiftEnergies } from './energies.ts';
import type { FieldBox } from './field-box.ts';
import { type Scores, strongestPeaks } from './peaks.ts';
import { extentOf, type ShiftRange } from './shifts.ts';
import type { Field } from './stabilise.ts';
import type { Workspace } from './workspace.ts';

export interface Peak {
  /** Position(b) - position(a) in voxels of the fields. */
  readonly offset: Triple;
  readonly ncc: number;
  /** How far the peak stands out of all shifts searched, in robust standard deviations. */
  readonly score: number;
}

/** Rows of b correlated at once: bounds the memory of the transforms. */
const pieceRows = 256;
/** An overlap smaller than this share of the largest one proves nothing. */
const leastOverlapShare = 0.25;
/** Mean square below which a field is constant: rounding of the high-pass, far below the noise's 1. */
const constantEnergy = 1e-6;

/**
 * @param a and b fields binned `bin` x `bin` in x and y
 * @param nominal offset between the fields, in pixels that are not binned, as are `search` and the peaks' offsets
 */
export function coarsePeaks(
  workspace: Workspace,
  a: Field,
  b: Field,
  bin: number,
  nominal: Triple,
  search: Triple,
): Peak[] {
  const step: Triple = [bin, bin, 1];
  const wholeRange: ShiftRange = {
    least: axes((i) => Math.ceil((Math.round(nominal[i]) - search[i]) / step[i])),
    most: axes((i) => Math.floor((Math.round(nominal[i]) + search[i]) / step[i])),
  };
  const boxes = grownBoxes(a.size, b.size, wholeRange);
  if (boxes === undefined) return [];
  const moved = axes((i) => boxes.b.start[i] - boxes.a.start[i]);
  const range = { least: add(wholeRange.least, moved), most: add(wholeRange.most, moved) };
  const scores = scoreShifts(workspace, { field: a, ...boxes.a }, { field: b, ...boxes.b }, range);
  return strongestPeaks(scores, range, bin).map(({ shift, ncc, score }) => ({
    offset: axes((i) => step[i] * (shift[i] - moved[i])),
    ncc,
    score,
  }));
}

const add = (a: Triple, b: Triple): Triple => axes((i) => a[i] + b[i]);

type Box = Omit<FieldBox, 'field'>;

/** The part of each field that can lie in the overlap for some shift searched. */
function grownBoxes(sizeA: Triple, sizeB: Triple, range: ShiftRange): { a: Box; b: Box } | undefined {
  const box = (from: Triple, to: Triple): Box => ({ start: from, size: axes((i) => to[i] - from[i]) });
  const a = box(
    axes((i) => Math.max(0, range.least[i])),
    axes((i) => Math.min(sizeA[i], range.most[i] + sizeB[i])),
  );
  const b = box(
    axes((i) => Math.max(0, -range.most[i])),
    axes((i) => Math.min(sizeB[i], sizeA[i] - range.least[i])),
  );
  return [...a.size, ...b.size].some((extent) => extent < 1) ? undefined : { a, b };
}

function scoreShifts(workspace: Workspace, a: FieldBox, b: FieldBox, range: ShiftRange): Scores {
  const products = correlate(workspace, a, b, range);
  const energies = shiftEnergies(workspace, a, b, range);
  const largest = energies.volume.reduce((most, volume) => Math.max(most, volume), 0);
  const ncc = new Float64Array(products.length);
  const significance = new Float64Array(products.length);
  for (let i = 0; i < products.length; i++) {
    const volume = energies.volume[i]!;
    if (volume < leastOverlapShare * largest) continue;
    if (Math.min(energies.a[i]!, energies.b[i]!) <= constantEnergy * volume) continue;
    ncc[i] = products[i]! / Math.sqrt(energies.a[i]! * energies.b[i]!);
    significance[i] = Math.atanh(Math.min(ncc[i]!, 0.999999)) * Math.sqrt(volume);
  }
  return { ncc, score: standardise(significance) };
}

function standardise(values: Float64Array): Float64Array {
  const centre = median(values);
  const deviation = median(values.map((value) => Math.abs(value - centre))) / 0.6745;
  return values.map((value) => (value - centre) / Math.max(deviation, 0.5));
}

/** sum a(x + d) b(x) for all shifts of the range: pieces of rows of b against the rows of a that they can meet, added up. */
function correlate(workspace: Workspace, a: FieldBox, b: FieldBox, range: ShiftRange): Float64Array {
  const extent = extentOf(range);
  const sums = new Float64Array(extent[0] * extent[1] * extent[2]);
  const pieces = Math.ceil(b.size[1] / (pieceRows * 1.25));
  for (let piece = 0; piece < pieces; piece++) {
    const from = Math.floor((piece * b.size[1]) / pieces);
    const to = Math.floor(((piece + 1) * b.size[1]) / pieces);
    addCorrelation(workspace, a, b, { from, to }, range, sums);
  }
  return sums;
}

interface Rows {
  readonly from: number;
  readonly to: number;
}

function addCorrelation(
  workspace: Workspace,
  a: FieldBox,
  b: FieldBox,
  rowsB: Rows,
  range: ShiftRange,
  sums: Float64Array,
): void {
  const rowsA = {
    from: Math.max(0, rowsB.from + range.least[1]),
    to: Math.min(a.size[1], rowsB.to + range.most[1]),
  };
  const heightA = rowsA.to - rowsA.from;
  const heightB = rowsB.to - rowsB.from;
  if (heightA < 1 || heightB < 1) return;
  // Shifts between the pieces, each piece counting its rows from 0.
  const moved = rowsB.from - rowsA.from;
  const least = axes((i) => range.least[i] + (i === 1 ? moved : 0));
  const most = axes((i) => range.most[i] + (i === 1 ? moved : 0));
  const extentA: Triple = [a.size[0], heightA, a.size[2]];
  const extentB: Triple = [b.size[0], heightB, b.size[2]];
  const needed = axes((i) => Math.max(most[i] + extentB[i], extentA[i] - least[i], extentA[i], extentB[i]));
  const flat = a.size[2] === 1 && b.size[2] === 1;
  const size = goodVolumeSize({ x: needed[0], y: needed[1], z: flat ? 1 : needed[2] });
  const filled = { y: Math.max(heightA, heightB), z: Math.max(a.size[2], b.size[2]) };
  const transform = workspace.fourier.volume(wholePlan(size, filled, most[2] - least[2] + 1));
  try {
    const spectrumA = transform.allocateSpectrum();
    const spectrumB = transform.allocateSpectrum();
    transform.forward(planesOf(workspace, a, rowsA, size.x, filled.y), spectrumA);
    transform.forward(planesOf(workspace, b, rowsB, size.x, filled.y), spectrumB);
    multiplyByConjugate(workspace, spectrumA / 4, spectrumB / 4, transform.spectrumFloats);
    const circular = (i: 0 | 1 | 2, length: number): Int32Array =>
      Int32Array.from(
        { length: most[i] - least[i] + 1 },
        (_, s) => (((least[i] + s) % length) + length) % length,
      );
    const products = transform.inverse(spectrumA, {
      x: circular(0, size.x),
      y: circular(1, size.y),
      z: circular(2, size.z),
    });
    for (let i = 0; i < products.length; i++) sums[i] = sums[i]! + products[i]!;
  } finally {
    transform.free();
  }
}

/** Rows of a box's planes, `filled` of them, with zeros where the box has none. */
function planesOf(
  { kernels, buffers }: Workspace,
  { field, start, size }: FieldBox,
  rows: Rows,
  length: number,
  filled: number,
): PlaneSource {
  const [width, height] = field.size;
  const padded = buffers.stabilised;
  const most = Math.max(1, Math.floor(padded.length / length));
  return (z, into, at) => {
    let to = at;
    for (let row = rows.from; z < size[2] && row < rows.to; row += most) {
      const count = Math.min(most, rows.to - row);
      const from = ((start[2] + z) * height + start[1] + row) * width + start[0];
      kernels.padRows(field.values.subarray(from), width, size[0], count, length, padded);
      into.set(padded.subarray(0, count * length), to);
      to += count * length;
    }
    into.fill(0, to, at + filled * length);
  };
}

/** a := a conj(b), in parts that the kernels' memory has room for. */
function multiplyByConjugate(
  { fourier, kernels, buffers }: Workspace,
  a: number,
  b: number,
  count: number,
): void {
  const floats = fourier.floats();
  for (let done = 0; done < count; done += buffers.spectrumA.length) {
    const length = Math.min(buffers.spectrumA.length, count - done);
    const partA = buffers.spectrumA.subarray(0, length);
    const partB = buffers.spectrumB.subarray(0, length);
    partA.set(floats.subarray(a + done, a + done + length));
    partB.set(floats.subarray(b + done, b + done + length));
    kernels.multiplyByConjugate(partA, partB);
    floats.set(partA, a + done);
  }
}
