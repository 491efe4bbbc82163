/** NRRD headers (versions 1 to 5): fields by name, and the lines that are written. Axes x first, x fastest. */
import { ArrayFileError, elementCount } from '../array-file.ts';
import type { ElementType } from '../elements.ts';

/** What an NRRD says about its array besides type and encoding; only what is there. */
export interface NrrdMeta {
  readonly content?: string;
  /** Per axis; NaN where unknown. In no unit unless `units` says it. */
  readonly spacings?: readonly number[];
  readonly units?: readonly string[];
  readonly kinds?: readonly string[];
  /** For example `left-posterior-superior`. */
  readonly space?: string;
  readonly spaceDimension?: number;
  /** Per axis the step to the next element, undefined for an axis that is not one of space. */
  readonly spaceDirections?: readonly (readonly number[] | undefined)[];
  /** Centre of the first element. */
  readonly spaceOrigin?: readonly number[];
  readonly spaceUnits?: readonly string[];
  readonly keyValues?: Readonly<Record<string, string>>;
}

export type NrrdEncoding = 'raw' | 'gzip' | 'bzip2' | 'ascii' | 'hex';

export interface NrrdHeader {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly encoding: NrrdEncoding;
  readonly littleEndian: boolean;
  readonly lineSkip: number;
  /** -1: the data are the end of the file. */
  readonly byteSkip: number;
  /** Files with the data, or undefined where they follow the header. */
  readonly dataFiles: readonly string[] | undefined;
  readonly meta: NrrdMeta;
}

const TYPES: Readonly<Record<ElementType, readonly string[]>> = {
  int8: ['int8', 'signed char', 'int8_t'],
  uint8: ['uint8', 'uchar', 'unsigned char', 'uint8_t'],
  int16: ['int16', 'short', 'short int', 'signed short', 'signed short int', 'int16_t'],
  uint16: ['uint16', 'ushort', 'unsigned short', 'unsigned short int', 'uint16_t'],
  int32: ['int32', 'int', 'signed int', 'int32_t'],
  uint32: ['uint32', 'uint', 'unsigned int', 'uint32_t'],
  int64: [
    'int64',
    'longlong',
    'long long',
    'long long int',
    'signed long long',
    'signed long long int',
    'int64_t',
  ],
  uint64: ['uint64', 'ulonglong', 'unsigned long long', 'unsigned long long int', 'uint64_t'],
  float32: ['float'],
  float64: ['double'],
};
const ENCODINGS: Readonly<Record<string, NrrdEncoding>> = {
  raw: 'raw',
  gzip: 'gzip',
  gz: 'gzip',
  bzip2: 'bzip2',
  bz2: 'bzip2',
  ascii: 'ascii',
  text: 'ascii',
  txt: 'ascii',
  hex: 'hex',
};

/** `text`: the header's lines, without the empty one. @throws ArrayFileError */
export function parseNrrdHeader(file: string, text: string): NrrdHeader {
  const [magic = '', ...lines] = text.split(/\r?\n/);
  if (!/^NRRD000[1-5]$/.test(magic))
    throw new ArrayFileError(
      file,
      `begins with ${JSON.stringify(magic.slice(0, 8))}, expected NRRD0001 to NRRD0005: not an NRRD file`,
    );
  const { fields, keyValues, listed } = fieldsOf(file, lines);
  const need = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw new ArrayFileError(file, `its header has no "${name}"`);
    return value;
  };
  const shape = need('sizes').split(/\s+/).map(Number);
  elementCount(file, shape);
  if (Number(need('dimension')) !== shape.length)
    throw new ArrayFileError(file, `dimension ${need('dimension')}, but sizes ${shape.join(' ')}`);
  const type = typeNamed(file, need('type'));
  const encoding = encodingNamed(file, need('encoding'));
  return {
    type,
    shape,
    encoding,
    littleEndian: isLittleEndian(file, fields.get('endian'), type, encoding),
    lineSkip: skipOf(file, fields, 'line skip', 0),
    byteSkip: skipOf(file, fields, 'byte skip', -1),
    dataFiles: dataFilesOf(file, fields.get('data file'), listed),
    meta: metaOf(file, fields, keyValues, shape.length),
  };
}

interface Lines {
  readonly fields: ReadonlyMap<string, string>;
  readonly keyValues: Record<string, string>;
  /** Lines after `data file: LIST`. */
  readonly listed: readonly string[];
}

function fieldsOf(file: string, lines: readonly string[]): Lines {
  const fields = new Map<string, string>();
  const keyValues: Record<string, string> = {};
  for (const [index, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name, mark, value] = /^([^:]+)(:=|: ?)(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw new ArrayFileError(
        file,
        `header line ${JSON.stringify(line.slice(0, 60))}: expected "field: value"`,
      );
    if (mark === ':=') {
      keyValues[unescaped(name)] = unescaped(value);
      continue;
    }
    fields.set(FIELD_NAMES[name.toLowerCase().replaceAll(' ', '')] ?? name.toLowerCase(), value.trim());
    if (fields.get('data file')?.startsWith('LIST'))
      return { fields, keyValues, listed: lines.slice(index + 1) };
  }
  return { fields, keyValues, listed: [] };
}

/** Fields that may be written in two ways. */
const FIELD_NAMES: Readonly<Record<string, string>> = {
  datafile: 'data file',
  lineskip: 'line skip',
  byteskip: 'byte skip',
};

const unescaped = (text: string): string =>
  text.replace(/\\(n|\\)/g, (_, mark) => (mark === 'n' ? '\n' : '\\'));
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

function typeNamed(file: string, name: string): ElementType {
  const entries = Object.entries(TYPES) as [ElementType, readonly string[]][];
  const found = entries.find(([, names]) => names.includes(name.toLowerCase()));
  if (found) return found[0];
  throw new ArrayFileError(
    file,
    `elements of type "${name}" are not read: use one of ${Object.keys(TYPES).join(', ')}`,
  );
}

function encodingNamed(file: string, name: string): NrrdEncoding {
  const found = ENCODINGS[name.toLowerCase()];
  if (found) return found;
  throw new ArrayFileError(file, `encoding "${name}" is not read: use raw, gzip, bzip2, ascii or hex`);
}

function isLittleEndian(
  file: string,
  endian: string | undefined,
  type: ElementType,
  encoding: NrrdEncoding,
): boolean {
  if (endian === 'little' || endian === 'big') return endian === 'little';
  if (endian === undefined && (encoding === 'ascii' || type.endsWith('int8'))) return true;
  throw new ArrayFileError(file, `endian is ${endian ?? 'missing'}, expected little or big`);
}

function skipOf(file: string, fields: ReadonlyMap<string, string>, name: string, least: number): number {
  const skip = Number(fields.get(name) ?? 0);
  if (Number.isInteger(skip) && skip >= least) return skip;
  throw new ArrayFileError(file, `${name} is ${fields.get(name)}, expected a whole number from ${least}`);
}

function dataFilesOf(
  file: string,
  value: string | undefined,
  listed: readonly string[],
): string[] | undefined {
  if (value === undefined) return undefined;
  if (value.startsWith('LIST')) return listed.map((name) => name.trim()).filter((name) => name !== '');
  const [pattern, ...numbers] = value.split(/\s+/);
  if (pattern === undefined || !/%0?\d*d/.test(pattern)) return [value];
  const [first = Number.NaN, last = Number.NaN, step = Number.NaN] = numbers.map(Number);
  const count = Math.floor((last - first) / step) + 1;
  if (!(count >= 1 && count <= MOST_FILES))
    throw new ArrayFileError(
      file,
      `data file "${value}": expected first, last and step of 1 to ${MOST_FILES} files`,
    );
  return Array.from({ length: count }, (_, n) =>
    pattern.replace(/%(0?)(\d*)d/, (_all, zero, width) =>
      String(first + n * step).padStart(Number(width), zero === '' ? ' ' : '0'),
    ),
  );
}

const MOST_FILES = 100_000;

function metaOf(
  file: string,
  fields: ReadonlyMap<string, string>,
  keyValues: Record<string, string>,
  dimension: number,
): NrrdMeta {
  const perAxis = <T>(name: string, values: readonly T[] | undefined) => {
    if (values !== undefined && values.length !== dimension)
      throw new ArrayFileError(
        file,
        `${name} has ${values.length} entries, expected one an axis, ${dimension}`,
      );
    return values;
  };
  const numbers = (name: string) => fields.get(name)?.split(/\s+/).map(Number);
  const vector = (text: string) => text.slice(1, -1).split(',').map(Number);
  const directions = fields.get('space directions')?.match(/\([^)]*\)|none/g) ?? undefined;
  const origin = fields.get('space origin');
  return withoutUndefined({
    content: fields.get('content'),
    spacings: perAxis('spacings', numbers('spacings')),
    units: perAxis('units', quoted(fields.get('units'))),
    kinds: perAxis('kinds', fields.get('kinds')?.split(/\s+/)),
    space: fields.get('space'),
    spaceDimension: numbers('space dimension')?.[0],
    spaceDirections: perAxis(
      'space directions',
      directions?.map((text) => (text === 'none' ? undefined : vector(text))),
    ),
    spaceOrigin: origin === undefined ? undefined : vector(origin.replaceAll(' ', '')),
    spaceUnits: quoted(fields.get('space units')),
    keyValues: Object.keys(keyValues).length === 0 ? undefined : keyValues,
  });
}

const quoted = (text: string | undefined): string[] | undefined =>
  text?.match(/"[^"]*"/g)?.map((word) => word.slice(1, -1));

function withoutUndefined(meta: { readonly [K in keyof NrrdMeta]: NrrdMeta[K] | undefined }): NrrdMeta {
  return Object.fromEntries(Object.entries(meta).filter(([, value]) => value !== undefined)) as NrrdMeta;
}

/** The header's text with the empty line that ends it. */
export function nrrdHeaderText(
  type: ElementType,
  shape: readonly number[],
  encoding: 'raw' | 'gzip',
  meta: NrrdMeta,
  dataFile?: string,
): string {
  const strings = (words: readonly string[]) => words.map((word) => `"${word}"`).join(' ');
  const vector = (values: readonly number[] | undefined) => (values ? `(${values.join(',')})` : 'none');
  const { spacings, units, kinds, spaceDirections, spaceOrigin, spaceUnits, keyValues } = meta;
  const lines: readonly (string | undefined)[] = [
    'NRRD0005',
    meta.content && `content: ${meta.content}`,
    `type: ${type === 'float32' ? 'float' : type === 'float64' ? 'double' : type}`,
    `dimension: ${shape.length}`,
    meta.space && `space: ${meta.space}`,
    meta.spaceDimension ? `space dimension: ${meta.spaceDimension}` : undefined,
    `sizes: ${shape.join(' ')}`,
    spacings && `spacings: ${spacings.join(' ')}`,
    spaceDirections && `space directions: ${spaceDirections.map(vector).join(' ')}`,
    kinds && `kinds: ${kinds.join(' ')}`,
    units && `units: ${strings(units)}`,
    'endian: little',
    `encoding: ${encoding}`,
    spaceUnits && `space units: ${strings(spaceUnits)}`,
    spaceOrigin && `space origin: ${vector(spaceOrigin)}`,
    ...Object.entries(keyValues ?? {}).map(([key, value]) => `${escaped(key)}:=${escaped(value)}`),
    dataFile && `data file: ${dataFile}`,
  ];
  return `${lines.filter((line) => line).join('\n')}\n\n`;
}
