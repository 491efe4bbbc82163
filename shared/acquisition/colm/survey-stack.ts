/** Looks at the header of every plane of one stack: which planes are there, which are sound, and how they are stored. */
import { isPermanent } from '../../engine/errors.ts';
import type { ObjectStore } from '../../engine/ports.ts';
import { readTiffHeader } from '../../formats/tiff/header.ts';
import { isPlain, pixelTypeOf, type TiffPixelType } from '../../formats/tiff/pixels.ts';
import { rowLayoutOf } from '../../formats/tiff/rows.ts';
import { tiffInStore } from '../../formats/tiff/source.ts';
import { TiffError } from '../../formats/tiff/tiff-error.ts';
import { inParallel } from '../../in-parallel.ts';
import type { PlaneLayout } from '../acquisition.ts';
import { mismatch } from '../plane-reader.ts';
import { follows, type KeyPattern, keyPatternOf, type ListedPlane } from './locations.ts';

/** Planes of a stack that are stored alike. */
export interface PlaneGroup {
  readonly dataType: TiffPixelType;
  readonly compressed: boolean;
  readonly layout: PlaneLayout | null;
  readonly planes: ListedPlane[];
}

export interface DamagedPlane {
  readonly listed: ListedPlane;
  readonly reason: string;
}

export interface StackSurvey {
  readonly loc: number;
  readonly channel: number;
  readonly pattern: KeyPattern;
  readonly groups: readonly PlaneGroup[];
  readonly damaged: readonly DamagedPlane[];
  /** Numbers without a file. */
  readonly absent: readonly number[];
  /** Files with a number beyond the stack's end. */
  readonly extra: readonly ListedPlane[];
  /** Files whose number another file has, too: not used. */
  readonly duplicates: readonly ListedPlane[];
}

export interface ListedStack {
  readonly loc: number;
  readonly channel: number;
  readonly listed: readonly ListedPlane[];
}

/** Headers asked for at once, of one stack. */
const HEADERS_IN_FLIGHT = 16;

/** `tileSize`: width, height and planes as `Experiment.ini` says. */
export async function surveyStack(
  store: ObjectStore,
  { loc, channel, listed }: ListedStack,
  tileSize: readonly [number, number, number],
): Promise<StackSurvey> {
  const pattern = keyPatternOf(listed);
  const { planes, duplicates } = onePerNumber(listed, pattern);
  const present = planes.filter(({ plane }) => plane < tileSize[2]);
  const numbers = new Set(present.map(({ plane }) => plane));
  const headers = await inParallel(present, HEADERS_IN_FLIGHT, (plane) =>
    readPlaneHeader(store, plane, tileSize),
  );
  return {
    loc,
    channel,
    pattern,
    groups: groupAlike(present, headers),
    damaged: present.flatMap((plane, index) => {
      const reason = headers[index];
      return typeof reason === 'string' ? [{ listed: plane, reason }] : [];
    }),
    absent: Array.from({ length: tileSize[2] }, (_, plane) => plane).filter((plane) => !numbers.has(plane)),
    extra: planes.filter(({ plane }) => plane >= tileSize[2]),
    duplicates,
  };
}

/** Of several files with one number the one that follows the pattern, else the first by name. */
function onePerNumber(listed: readonly ListedPlane[], pattern: KeyPattern) {
  const rank = (plane: ListedPlane) => (follows(pattern, plane) ? 0 : 1);
  const sorted = [...listed].sort(
    (a, b) => a.plane - b.plane || rank(a) - rank(b) || (a.key < b.key ? -1 : 1),
  );
  const isFirst = (plane: ListedPlane, index: number) => sorted[index - 1]?.plane !== plane.plane;
  return {
    planes: sorted.filter(isFirst),
    duplicates: sorted.filter((plane, index) => !isFirst(plane, index)),
  };
}

type StoredAs = Omit<PlaneGroup, 'planes'>;

/** How the plane is stored, or in words why it cannot be used. */
async function readPlaneHeader(
  store: ObjectStore,
  { key, size }: ListedPlane,
  tileSize: readonly number[],
): Promise<StoredAs | string> {
  try {
    const header = await readTiffHeader(await tiffInStore(store, key, size));
    const reason = mismatch(header, key, { tileSize });
    if (reason !== undefined) return reason;
    const dataType = pixelTypeOf(header, key);
    if (!isPlain(header)) return { dataType, compressed: true, layout: null };
    const { runs, littleEndian } = rowLayoutOf(header);
    const layout = runs.length === 1 ? { fileBytes: size, offset: runs[0]!.offset, littleEndian } : null;
    return { dataType, compressed: false, layout };
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return error instanceof TiffError ? error.reason : (error as Error).message;
  }
}

function groupAlike(planes: readonly ListedPlane[], headers: readonly (StoredAs | string)[]): PlaneGroup[] {
  const groups = new Map<string, PlaneGroup>();
  for (const [index, plane] of planes.entries()) {
    const header = headers[index];
    if (header === undefined || typeof header === 'string') continue;
    const id = JSON.stringify(header);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, { ...header, planes: [plane] });
    else group.planes.push(plane);
  }
  return [...groups.values()];
}
