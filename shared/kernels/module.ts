/** Loads the compiled kernels: one instance with its own memory. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { GrowableMemory } from './memory.ts';

/** What `assembly/index.ts` exports. Addresses are bytes, counts voxels. */
export interface KernelExports {
  firstFreeByte(): number;
  correctUint8: CorrectExport;
  correctUint16: CorrectExport;
  correctFloat32: CorrectExport;
  blend: BlendExport;
  blendNearest: BlendExport;
  blendMax: BlendExport;
  blendMin: BlendExport;
  /** Widths and columns in bytes. */
  copyRows(
    from: number,
    fromBytes: number,
    to: number,
    toBytes: number,
    rowBytes: number,
    rows: number,
  ): void;
  countFrom(values: number, least: number, count: number): number;
  quantiseUint8: QuantiseExport;
  quantiseUint16: QuantiseExport;
  widenUint8(values: number, out: number, count: number): void;
  widenUint16(values: number, out: number, count: number): void;
  halvePlane(plane: number, width: number, height: number, out: number): void;
  averagePlanes(a: number, b: number, out: number, count: number): void;
  stabiliseUint8: StabiliseExport;
  stabiliseUint16: StabiliseExport;
  stabiliseFloat32: StabiliseExport;
  removeTrend(
    plane: number,
    width: number,
    height: number,
    linearX: number,
    squareX: number,
    linearY: number,
    squareY: number,
  ): void;
  highPassBox(
    plane: number,
    width: number,
    height: number,
    half: number,
    scale: number,
    scratch: number,
    out: number,
  ): void;
  windowRows(
    values: number,
    width: number,
    rows: number,
    windowX: number,
    rowWeights: number,
    stride: number,
    out: number,
  ): void;
  /** count: of complex values */
  addCrossSpectrum(a: number, b: number, count: number, cross: number, powerA: number, powerB: number): void;
  /** count: of complex values */
  multiplyByConjugate(a: number, b: number, count: number): void;
  rowMoments(
    spectrum: number,
    rows: number,
    length: number,
    turns: number,
    turnZ: number,
    weights: number,
    weightRows: number,
    out: number,
  ): void;
  /** count: of cuts, uint16 */
  columnSquares(plane: number, stride: number, width: number, cuts: number, count: number, out: number): void;
  padRows(values: number, stride: number, width: number, rows: number, length: number, out: number): void;
  /** targets: uint16 */
  addRows(
    values: number,
    rows: number,
    length: number,
    rowWeights: number,
    targets: number,
    sums: number,
  ): void;
  addTurnedRows(
    spectrum: number,
    rows: number,
    length: number,
    turns: number,
    turnZ: number,
    targets: number,
    sums: number,
  ): void;
  addValues(sums: number, values: number, count: number): void;
  evaluateLogFieldPlane(
    points: number,
    firstY: number,
    weightsY: number,
    taps: number,
    rows: number,
    line: number,
    spans: number,
    starts: number,
    weights: number,
    samples: number,
    log: number,
    use: number,
    field: number,
    changes: number,
  ): void;
  addToLogHistogram(
    log: number,
    use: number,
    field: number,
    count: number,
    smallest: number,
    perBin: number,
    bins: number,
    histogram: number,
  ): void;
  gatherResidualPlane(
    log: number,
    use: number,
    field: number,
    spans: number,
    starts: number,
    shares: number,
    samples: number,
    firstY: number,
    sharesY: number,
    taps: number,
    rows: number,
    line: number,
    expected: number,
    smallest: number,
    perBin: number,
    bins: number,
    points: number,
  ): void;
  scaleByField(
    values: number,
    columns: number,
    rows: number,
    spans: number,
    starts: number,
    t: number,
    firstY: number,
    weightsY: number,
    cubics: number,
    limit: number,
  ): void;
  addBlockSumsUint8: BlockSumsExport;
  addBlockSumsUint16: BlockSumsExport;
  countUint8(plane: number, length: number, counts: number): void;
  countUint16(plane: number, length: number, counts: number): void;
  gzipScratchBytes(): number;
  /** level: place in `gzipLevels`; returns the bytes written. */
  gzip(input: number, bytes: number, level: number, scratch: number, out: number): number;
}

export type StabiliseExport = (
  raw: number,
  stride: number,
  width: number,
  rows: number,
  background: number,
  gain: number,
  readVariance: number,
  out: number,
) => void;

/** Widths in pixels; `flat` is 0 where there is none. */
type CorrectExport = (
  raw: number,
  rawWidth: number,
  flat: number,
  flatWidth: number,
  background: number,
  out: number,
  outWidth: number,
  columns: number,
  rows: number,
) => void;

type QuantiseExport = (
  values: number,
  width: number,
  out: number,
  outWidth: number,
  columns: number,
  rows: number,
) => void;

type BlockSumsExport = (
  plane: number,
  width: number,
  height: number,
  block: number,
  row: number,
  sums: number,
) => void;

export type BlendExport = (
  values: number,
  columns: number,
  rows: number,
  rampX: number,
  rampY: number,
  blended: number,
  weight: number,
) => void;

/** TypeScript declares WebAssembly only together with the browser; this is the part used here. */
declare const WebAssembly: {
  readonly Memory: new (pages: { initial: number; maximum: number }) => GrowableMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { env: { memory: GrowableMemory } },
  ) => { readonly exports: unknown };
};

export function instantiate(): { memory: GrowableMemory; kernels: KernelExports } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536 });
  const module = new WebAssembly.Module(readModule(new URL('./kernels.wasm', import.meta.url)));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { memory, kernels: exports as KernelExports };
}

function readModule(url: URL): Uint8Array {
  try {
    return readFileSync(url);
  } catch (cause) {
    throw new Error(`${fileURLToPath(url)} cannot be read; npm run build makes it`, { cause });
  }
}
