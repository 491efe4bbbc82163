/** Damaged files through the readers: each must give a value or a refusal that names what is wrong, and nothing else. */
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { isPermanent } from '../../shared/engine/errors.ts';
import type { Encoding } from '../../shared/engine/ports.ts';
import { arrayFileInMemory } from '../../shared/formats/array-file.ts';
import { elementBytes, makeElements } from '../../shared/formats/elements.ts';
import { fileSource } from '../../shared/formats/image-source/open-image-source.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { chunkCount } from '../../shared/volume/chunk-grid.ts';
import { bytesPerVoxel } from '../../shared/volume/data-type.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { damaged } from './mutate.ts';
import { type FuzzFormat, type SoundFiles, soundFiles } from './sound-files.ts';

export interface FormatFuzz {
  readonly format: FuzzFormat;
  readonly seed: number;
  readonly count: number;
  /** With the sound files: see `soundFiles`. */
  readonly fixtures: string;
  /** Called before each case with its seed, and with the bytes that its header declares once they are known. */
  readonly onCase?: (seed: number, declaredBytes: number) => void;
}

export interface FuzzOutcomes {
  values: number;
  refusals: number;
}

/** Rejects with the seed of the case that ends in anything else; that seed with a count of 1 shows it again. */
export async function fuzzFormat({
  format,
  seed,
  count,
  fixtures,
  onCase,
}: FormatFuzz): Promise<FuzzOutcomes> {
  const sound = soundFiles(format, fixtures);
  const outcomes = { values: 0, refusals: 0 };
  for (let own = seed; own < seed + count; own++) {
    onCase?.(own, 0);
    const declare = (bytes: number) => onCase?.(own, bytes);
    try {
      await (format === 'precomputed' ? readVolume : readFile)(damagedCase(sound, own), declare);
      outcomes.values += 1;
    } catch (cause) {
      if (!isPermanent(cause))
        throw new Error(`--format ${format} --seed ${own} --count 1: no refusal, but ${cause}`, { cause });
      outcomes.refusals += 1;
    }
  }
  return outcomes;
}

/** The files of one case, always the same for the same seed. */
export function damagedCase(sound: readonly SoundFiles[], seed: number): SoundFiles {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1));
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const files = new Map(pick(sound));
  const names = [...files.keys()];
  // Of a volume the info as often as all of its chunks.
  const name = files.has('info') && random() < 0.5 ? 'info' : pick(names);
  const other = pick(sound);
  const piece = other.get(name) ?? pick([...other.values()]);
  files.set(name, damaged(new Uint8Array(files.get(name)!), piece, random));
  return files;
}

/** What a case may ask for: the header can speak of more than the caller wants. */
const MOST_BYTES = 2 ** 26;
const MOST_PLANES = 40;

async function readFile(files: SoundFiles, declare: (bytes: number) => void): Promise<void> {
  const source = await fileSource(arrayFileInMemory('case', files.get('file')!));
  const { dtype, sizeVoxels, channels } = source;
  const planeNumbers = sizeVoxels[0] * sizeVoxels[1] * channels;
  declare(planeNumbers * sizeVoxels[2] * elementBytes(dtype));
  if (planeNumbers * elementBytes(dtype) > MOST_BYTES) return;
  const plane = makeElements(dtype, planeNumbers);
  try {
    const last = sizeVoxels[2] - 1;
    for (let z = 0; z < Math.min(last, MOST_PLANES); z++) await source.readPlanes(z, z + 1, plane);
    await source.readPlanes(last, last + 1, plane);
  } finally {
    await source.close();
  }
}

async function readVolume(files: SoundFiles, declare: (bytes: number) => void): Promise<void> {
  const store = memoryStore();
  for (const [name, bytes] of files) {
    const [, key = name, suffix] = /^(.*?)(?:\.(gz|br|zstd))?$/.exec(name) ?? [];
    const encoding = suffix === 'gz' ? 'gzip' : (suffix as Encoding | undefined);
    await store.put(key, bytes, encoding ? { encoding } : {});
  }
  const volume = await openVolume(store);
  for (const [index, mip] of volume.mips.entries()) {
    const [x, y, z] = mip.chunkSize.map((size, axis) => Math.min(size, mip.sizeVoxels[axis]!));
    const chunkBytes = x! * y! * z! * mip.channels * bytesPerVoxel(mip.dataType);
    declare(chunkBytes);
    if (chunkBytes > MOST_BYTES) continue;
    const cells = Math.min(chunkCount(mip), MOST_PLANES);
    for (let cell = 0; cell < cells; cell++) await volume.readChunk(index, cellAt(mip, cell));
  }
}

/** The chunks in the order of the grid, x fastest. */
function cellAt(
  mip: { readonly sizeVoxels: readonly number[]; readonly chunkSize: readonly number[] },
  n: number,
) {
  const [nx, ny] = [0, 1].map((axis) => Math.ceil(mip.sizeVoxels[axis]! / mip.chunkSize[axis]!));
  return [n % nx!, Math.floor(n / nx!) % ny!, Math.floor(n / (nx! * ny!))] as const;
}
