/** Measures all seams on a few planes, before and after placement. Memory holds what waits for its partner. */
import type { SeamFigures } from '../../../shared/acquisition/quality-report.ts';
import { boxSize } from '../../../shared/geometry/box.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import {
  type Cut,
  type CutPixels,
  type CutReader,
  columnsOf,
  planeReads,
  readCuts,
  rowsOf,
} from './read-cuts.ts';
import { isUnmoved, overlapOf, PHASES, type Phase, type Seam } from './seam.ts';
import { addSums, emptySums, figuresOf, type Overlap, sumsOf } from './seam-sums.ts';

/** An overlap at one plane of the volume, and the pixel of tile a where it begins. */
export interface SeenOverlap extends Overlap {
  readonly x0: number;
  readonly y0: number;
}

export type SeenSeam = Readonly<Partial<Record<Phase, SeenOverlap>>>;

export interface MeasuredSeam {
  readonly seam: Seam;
  readonly before: SeamFigures | null;
  readonly after: SeamFigures | null;
  /** Of the planes looked at, the one that shows most; undefined where none shows the overlap. */
  readonly height: number | undefined;
  /** What was seen there, where memory allowed to keep it. */
  readonly seen: SeenSeam | undefined;
}

export interface SeamMeasurement {
  readonly seams: readonly MeasuredSeam[];
  /** About. */
  readonly bytesRead: number;
}

/** Small acquisitions keep what they have seen, for pictures: reading it again would count. */
export const KEPT_BYTES = 2 ** 26;
const READS_IN_FLIGHT = 2;

export async function measureSeams(
  reader: CutReader,
  seams: readonly Seam[],
  heights: readonly number[],
): Promise<SeamMeasurement> {
  const records = seams.map(newRecord);
  const isKept = keptBytes(seams) <= KEPT_BYTES;
  let bytesRead = 0;
  for (const z of heights) {
    const energies = seams.map(() => 0);
    const seen = seams.map((): { -readonly [P in Phase]?: SeenOverlap } => ({}));
    bytesRead += await eachOverlap(reader, seams, z, (index, phases, overlap) => {
      const own = sumsOf(overlap);
      energies[index] = Math.max(energies[index]!, Math.min(own.aa, own.bb) + Number.MIN_VALUE);
      for (const phase of phases) {
        addSums(records[index]!.sums[phase], own);
        if (isKept) seen[index]![phase] = overlap;
      }
    });
    records.forEach((record, index) => {
      if (energies[index]! <= record.energy) return;
      Object.assign(record, { energy: energies[index], height: z, seen: isKept ? seen[index] : undefined });
    });
  }
  return {
    bytesRead,
    seams: records.map(({ seam, sums, height, seen }) => ({
      seam,
      before: figuresOf(sums.before),
      after: figuresOf(sums.after),
      height,
      seen,
    })),
  };
}

/** One seam at one plane, for a picture. */
export async function seeSeam(reader: CutReader, seam: Seam, z: number): Promise<SeenSeam> {
  const seen: { -readonly [P in Phase]?: SeenOverlap } = {};
  await eachOverlap(reader, [seam], z, (_, phases, overlap) => {
    for (const phase of phases) seen[phase] = overlap;
  });
  return seen;
}

const newRecord = (seam: Seam) => ({
  seam,
  sums: { before: emptySums(), after: emptySums() },
  energy: 0,
  height: undefined as number | undefined,
  seen: undefined as SeenSeam | undefined,
});

/** Calls `take` for every overlap that can be seen at that height, in no order; returns the bytes read. */
async function eachOverlap(
  reader: CutReader,
  seams: readonly Seam[],
  z: number,
  take: (seam: number, phases: readonly Phase[], overlap: SeenOverlap) => void,
): Promise<number> {
  const waiting = new Map<string, CutPixels>();
  const bytes = await inParallel(planeReads(seams, z), READS_IN_FLIGHT, async (read) => {
    const found = await readCuts(reader, read);
    for (const half of found.pixels) {
      const key = `${half.cut.seam} ${half.cut.phase}`;
      const other = waiting.get(key);
      if (other === undefined) waiting.set(key, half);
      else {
        waiting.delete(key);
        const phases = isUnmoved(seams[half.cut.seam]!) ? PHASES : [half.cut.phase];
        take(half.cut.seam, phases, joined(half, other));
      }
    }
    return found.bytes;
  });
  return bytes.reduce((sum, count) => sum + count, 0);
}

function joined(one: CutPixels, other: CutPixels): SeenOverlap {
  const [a, b] = one.cut.side === 'a' ? [one, other] : [other, one];
  const { region }: Cut = a.cut;
  const place = { x0: region.x0, y0: region.y0 };
  return { ...place, columns: columnsOf(region), rows: rowsOf(region), a: a.pixels, b: b.pixels };
}

/** Two tiles in float32, before and after. */
const keptBytes = (seams: readonly Seam[]): number =>
  seams.reduce((sum, seam) => sum + PHASES.reduce((both, phase) => both + overlapBytes(seam, phase), 0), 0);

export function overlapBytes(seam: Seam, phase: Phase): number {
  const overlap = overlapOf(seam, phase);
  if (overlap === undefined) return 0;
  const [x, y] = boxSize(overlap);
  return 2 * x * y * Float32Array.BYTES_PER_ELEMENT;
}
