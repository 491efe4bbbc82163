/**
 * What stands around the planes of an uncompressed TIFF stack. The planes follow each other without gaps behind the first
 * directory, as ImageJ wants them (it reads no further directory); the others stand at the file's end. So all can be
 * written from begin to end, whatever the size: from 4 GiB on as BigTIFF.
 */
import { type ElementType, elementBytes } from '../elements.ts';

export interface TiffStack {
  readonly width: number;
  readonly height: number;
  readonly planes: number;
  readonly type: ElementType;
  /** Of a voxel: x, y, z. Written as ImageJ does: pixels per micron and `spacing`. */
  readonly voxelSizeUm: readonly [number, number, number];
}

/** The file is `head`, the planes as little-endian numbers, `tail`. */
export interface TiffAround {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const LONG8 = 16;

/** Where numbers of the one or the other kind of TIFF lie. */
const KINDS = {
  classic: { magic: 42, headerBytes: 8, countBytes: 2, entryBytes: 12, offsetBytes: 4, offset: LONG },
  big: { magic: 43, headerBytes: 16, countBytes: 8, entryBytes: 20, offsetBytes: 8, offset: LONG8 },
} as const;

type Kind = (typeof KINDS)[keyof typeof KINDS];

/** Of no value more than a file's offset takes; longer ones stand elsewhere. */
type Entry = readonly [tag: number, type: number, count: number, value: number | bigint];

export function tiffAround(stack: TiffStack): TiffAround {
  const planeBytes = stack.width * stack.height * elementBytes(stack.type);
  // A directory has fewer than 200 bytes.
  const roughly = stack.planes * (planeBytes + 200) + 1024;
  return around(stack, planeBytes, roughly < 2 ** 32 ? KINDS.classic : KINDS.big);
}

function around(stack: TiffStack, planeBytes: number, kind: Kind): TiffAround {
  const { planes } = stack;
  const description = Buffer.from(`${descriptionOf(stack)}\0`, 'latin1');
  const valuesAt = kind.headerBytes + directoryBytes(kind, ENTRIES + 1);
  const descriptionAt = valuesAt + 16;
  const dataAt = 16 * Math.ceil((descriptionAt + description.length) / 16);
  const dataEnd = dataAt + planes * planeBytes;
  const tailAt = dataEnd + (dataEnd % 2);
  const size = directoryBytes(kind, ENTRIES);
  const resolutions = [perMicron(stack.voxelSizeUm[0]), perMicron(stack.voxelSizeUm[1])] as const;
  const entriesOf = (plane: number): Entry[] => [
    ...entries(stack, kind, dataAt + plane * planeBytes, planeBytes),
    ...resolutions.map(
      (fraction, i): Entry => [282 + i, RATIONAL, 1, rational(fraction, kind, valuesAt + 8 * i)],
    ),
  ];

  const head = new Uint8Array(dataAt);
  const view = new DataView(head.buffer);
  writeStart(view, kind);
  const first: Entry[] = [...entriesOf(0), [270, ASCII, description.length, descriptionAt]];
  const next = planes > 1 ? tailAt : 0;
  writeDirectory(view, kind, kind.headerBytes, first, next);
  resolutions.forEach(([over, under], i) => {
    view.setUint32(valuesAt + 8 * i, over, true);
    view.setUint32(valuesAt + 8 * i + 4, under, true);
  });
  head.set(description, descriptionAt);

  const tail = new Uint8Array(planes > 1 ? tailAt - dataEnd + (planes - 1) * size : 0);
  const tailView = new DataView(tail.buffer);
  for (let plane = 1; plane < planes; plane++) {
    const at = tailAt + (plane - 1) * size;
    writeDirectory(tailView, kind, at - dataEnd, entriesOf(plane), plane + 1 < planes ? at + size : 0);
  }
  return { head, tail };
}

const descriptionOf = ({ planes, voxelSizeUm }: TiffStack): string =>
  [
    'ImageJ=1.54f',
    `images=${planes}`,
    `slices=${planes}`,
    'unit=micron',
    `spacing=${voxelSizeUm[2]}`,
    'loop=false',
    '',
  ].join('\n');

/** Without the description, which the first directory has. */
const ENTRIES = 13;

function entries(
  { width, height, type }: TiffStack,
  kind: Kind,
  dataAt: number,
  planeBytes: number,
): Entry[] {
  return [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, 1, 8 * elementBytes(type)],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 1],
    [273, kind.offset, 1, dataAt],
    [277, SHORT, 1, 1],
    [278, LONG, 1, height],
    [279, kind.offset, 1, planeBytes],
    [296, SHORT, 1, 1],
    [339, SHORT, 1, type.startsWith('float') ? 3 : type.startsWith('u') ? 1 : 2],
  ];
}

const directoryBytes = ({ countBytes, entryBytes, offsetBytes }: Kind, count: number): number =>
  countBytes + count * entryBytes + offsetBytes;

function writeStart(view: DataView, kind: Kind): void {
  view.setUint16(0, 0x4949);
  view.setUint16(2, kind.magic, true);
  if (kind === KINDS.big) view.setUint16(4, 8, true);
  setNumber(view, kind, kind.headerBytes - kind.offsetBytes, kind.headerBytes);
}

function writeDirectory(view: DataView, kind: Kind, at: number, all: readonly Entry[], next: number): void {
  const { countBytes, entryBytes } = kind;
  const ascending = [...all].sort(([a], [b]) => a - b);
  if (countBytes === 2) view.setUint16(at, all.length, true);
  else view.setBigUint64(at, BigInt(all.length), true);
  for (const [index, [tag, type, count, value]] of ascending.entries()) {
    const entry = at + countBytes + index * entryBytes;
    view.setUint16(entry, tag, true);
    view.setUint16(entry + 2, type, true);
    setNumber(view, kind, entry + 4, count);
    setNumber(view, kind, entry + 4 + kind.offsetBytes, value);
  }
  setNumber(view, kind, at + countBytes + all.length * entryBytes, next);
}

function setNumber(view: DataView, { offsetBytes }: Kind, at: number, value: number | bigint): void {
  if (offsetBytes === 4) view.setUint32(at, Number(value), true);
  else view.setBigUint64(at, BigInt(value), true);
}

/** BigTIFF has room for it in the entry itself. */
const rational = ([over, under]: readonly [number, number], kind: Kind, at: number): number | bigint =>
  kind === KINDS.big ? BigInt(over) | (BigInt(under) << 32n) : at;

/** Pixels per micron as a fraction of two 32-bit numbers. */
function perMicron(um: number): readonly [over: number, under: number] {
  let scale = 1e6;
  while (scale > 1 && um * scale >= 2 ** 32) scale /= 10;
  return [scale, Math.max(1, Math.round(um * scale))];
}
