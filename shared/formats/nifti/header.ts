/** NIfTI-1 and NIfTI-2 headers: where each field lies, and what the fields say about space. */
import { ArrayFileError, elementCount } from '../array-file.ts';
import { type ElementType, elementBytes } from '../elements.ts';

/** The fields on space as they are stored; `niftiAffine` says what they mean. */
export interface NiftiFrame {
  /** Eight numbers: qfac, then the voxel size along each axis. */
  readonly pixdim: readonly number[];
  /** 0: not given. */
  readonly qformCode: number;
  readonly sformCode: number;
  /** b, c, d of the rotation, then the offset x, y, z. */
  readonly quaternion: readonly number[];
  /** Three rows of four: voxel index to position. */
  readonly sform: readonly number[];
  /** Low three bits: 1 m, 2 mm, 3 um, 0 not said. */
  readonly units: number;
}

/** value = stored x slope + intercept. */
export interface NiftiScaling {
  readonly slope: number;
  readonly intercept: number;
}

export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly littleEndian: boolean;
  readonly type: ElementType;
  /** Fastest axis first. */
  readonly shape: readonly number[];
  /** Where the data begin in their file. */
  readonly dataStart: number;
  /** The data are in the .img beside the .hdr. */
  readonly isPair: boolean;
  readonly scaling: NiftiScaling | undefined;
  readonly frame: NiftiFrame;
}

export const HEADER_BYTES = { 1: 348, 2: 540 } as const;

const CODES: Readonly<Record<ElementType, number>> = {
  uint8: 2,
  int16: 4,
  int32: 8,
  float32: 16,
  float64: 64,
  int8: 256,
  uint16: 512,
  uint32: 768,
  int64: 1024,
  uint64: 1280,
};

/** Byte offsets of the fields; the fields of version 2 that hold numbers are wider. */
const PLACES = {
  1: {
    magic: 344,
    dim: 40,
    type: 70,
    bits: 72,
    pixdim: 76,
    start: 108,
    slope: 112,
    codes: 252,
    quatern: 256,
    srow: 280,
    units: 123,
  },
  2: {
    magic: 4,
    dim: 16,
    type: 12,
    bits: 14,
    pixdim: 104,
    start: 168,
    slope: 176,
    codes: 344,
    quatern: 352,
    srow: 400,
    units: 500,
  },
} as const;

/** Values of a field in the width of the header's version. */
function fieldsOf(view: DataView, version: 1 | 2, littleEndian: boolean) {
  const wide = version === 2;
  const list = (count: number, read: (index: number) => number) =>
    Array.from({ length: count }, (_, i) => read(i));
  return {
    short: (at: number) => view.getInt16(at, littleEndian),
    code: (at: number, index: number) =>
      wide ? view.getInt32(at + 4 * index, littleEndian) : view.getInt16(at + 2 * index, littleEndian),
    integers: (at: number, count: number) =>
      list(count, (i) =>
        wide ? Number(view.getBigInt64(at + 8 * i, littleEndian)) : view.getInt16(at + 2 * i, littleEndian),
      ),
    reals: (at: number, count: number) =>
      list(count, (i) =>
        wide ? view.getFloat64(at + 8 * i, littleEndian) : view.getFloat32(at + 4 * i, littleEndian),
      ),
  };
}

/** `bytes`: at least the first 348, or 540 of version 2. @throws ArrayFileError */
export function parseNiftiHeader(file: string, bytes: Uint8Array): NiftiHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { version, littleEndian } = versionOf(file, view);
  const places = PLACES[version];
  const magic = Buffer.from(bytes.subarray(places.magic, places.magic + 3)).toString('latin1');
  if (magic !== `n+${version}` && magic !== `ni${version}`)
    throw new ArrayFileError(
      file,
      `its magic is ${JSON.stringify(magic)}, expected n+${version} or ni${version}: not a NIfTI file`,
    );
  const read = fieldsOf(view, version, littleEndian);
  const isPair = magic.startsWith('ni');
  const dataStart = version === 1 ? read.reals(places.start, 1)[0]! : read.integers(places.start, 1)[0]!;
  const least = isPair ? 0 : HEADER_BYTES[version];
  if (!(Number.isInteger(dataStart) && dataStart >= least))
    throw new ArrayFileError(
      file,
      `its data begin at byte ${dataStart}, expected a whole number from ${least}`,
    );
  return {
    version,
    littleEndian,
    type: typeOf(file, read.short(places.type)),
    shape: shapeOf(file, read.integers(places.dim, 8)),
    dataStart,
    isPair,
    scaling: scalingOf(read.reals(places.slope, 2)),
    frame: {
      pixdim: read.reals(places.pixdim, 8),
      qformCode: read.code(places.codes, 0),
      sformCode: read.code(places.codes, 1),
      quaternion: read.reals(places.quatern, 6),
      sform: read.reals(places.srow, 12),
      units: version === 1 ? view.getUint8(places.units) : view.getInt32(places.units, littleEndian),
    },
  };
}

function versionOf(file: string, view: DataView): { version: 1 | 2; littleEndian: boolean } {
  for (const littleEndian of [true, false]) {
    const size = view.byteLength >= 4 ? view.getInt32(0, littleEndian) : 0;
    for (const version of [1, 2] as const)
      if (size === HEADER_BYTES[version] && view.byteLength >= size) return { version, littleEndian };
  }
  throw new ArrayFileError(
    file,
    'does not begin with the size of a NIfTI header (348 or 540): not a NIfTI file',
  );
}

function typeOf(file: string, code: number): ElementType {
  const found = (Object.entries(CODES) as [ElementType, number][]).find(([, known]) => known === code);
  if (found) return found[0];
  throw new ArrayFileError(file, `datatype ${code} is not read: use one of ${Object.keys(CODES).join(', ')}`);
}

/** Without the axes of one voxel that come last, as far as three axes stay. */
function shapeOf(file: string, [axes = 0, ...sizes]: readonly number[]): number[] {
  if (!(axes >= 1 && axes <= 7)) throw new ArrayFileError(file, `${axes} axes, expected 1 to 7`);
  const shape = sizes.slice(0, axes);
  elementCount(file, shape);
  while (shape.length > 3 && shape.at(-1) === 1) shape.pop();
  return shape;
}

function scalingOf([slope = 0, intercept = 0]: readonly number[]): NiftiScaling | undefined {
  if (!Number.isFinite(slope) || slope === 0) return undefined;
  const offset = Number.isFinite(intercept) ? intercept : 0;
  return slope === 1 && offset === 0 ? undefined : { slope, intercept: offset };
}

/** The whole header of a single file, little endian, with the four bytes that say "no extension" behind it. */
export function niftiHeaderBytes(
  version: 1 | 2,
  type: ElementType,
  shape: readonly number[],
  { pixdim, quaternion, sform, ...frame }: NiftiFrame,
): Uint8Array {
  const wide = version === 2;
  const places = PLACES[version];
  const bytes = new Uint8Array(HEADER_BYTES[version] + 4);
  const view = new DataView(bytes.buffer);
  const integer = (at: number, value: number) =>
    wide ? view.setBigInt64(at, BigInt(value), true) : view.setInt16(at, value, true);
  const real = (at: number, value: number) =>
    wide ? view.setFloat64(at, value, true) : view.setFloat32(at, value, true);
  const reals = (at: number, values: readonly number[]) =>
    values.forEach((value, i) => {
      real(at + i * (wide ? 8 : 4), value);
    });
  view.setInt32(0, HEADER_BYTES[version], true);
  bytes.set(Buffer.from(`n+${version}\0${wide ? '\r\n\x1a\n' : ''}`, 'latin1'), places.magic);
  [shape.length, ...shape, ...new Array<number>(7 - shape.length).fill(1)].forEach((size, i) => {
    integer(places.dim + i * (wide ? 8 : 2), size);
  });
  view.setInt16(places.type, CODES[type], true);
  view.setInt16(places.bits, 8 * elementBytes(type), true);
  reals(places.pixdim, pixdim);
  if (wide) integer(places.start, bytes.length);
  else real(places.start, bytes.length);
  reals(places.slope, [1, 0]);
  for (const [i, code] of [frame.qformCode, frame.sformCode].entries())
    wide ? view.setInt32(places.codes + 4 * i, code, true) : view.setInt16(places.codes + 2 * i, code, true);
  reals(places.quatern, quaternion);
  reals(places.srow, sform);
  if (wide) view.setInt32(places.units, frame.units, true);
  else view.setUint8(places.units, frame.units);
  return bytes;
}
