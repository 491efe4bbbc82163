/** Many pieces of one remote object in few requests: near ones joined, long ones cut, several under way at once. */
import type { ByteRange, ByteRows } from '../engine/ports.ts';
import { inParallel } from '../in-parallel.ts';
import { StoreError } from './store-errors.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
/** Reading over a gap of that length takes less time than another request. */
const LARGEST_GAP = 512 * KIB;
/** AWS-LIMITS, S3: requests of 8 to 16 MB, one connection for about 85 MB/s. */
const LARGEST_REQUEST = 16 * MIB;
const REQUESTS_AT_ONCE = 6;
/** Above it the object's size is asked first: ranges may reach far beyond the end. */
const LARGEST_GUESS = 64 * MIB;

/** An answer to a request for a range. */
export interface RemoteBytes {
  /** Of the whole object. Where the range begins beyond the end: at most the range's start. */
  readonly size: number;
  /** Changes with every write, where the server tells. */
  readonly version: string | undefined;
}

export interface RemoteObject {
  readonly url: string;
  /**
   * Calls `take` with the bytes of the range and where they lie in the object, in their order; again from the start of
   * the range where a connection broke. Undefined where there is no such object.
   */
  readRange(range: ByteRange, take: TakeBytes): Promise<RemoteBytes | undefined>;
  size(): Promise<number | undefined>;
}

export type TakeBytes = (bytes: Uint8Array, at: number) => void;

/** Where the bytes of a range go. */
interface Piece {
  readonly start: number;
  readonly target: Uint8Array;
}

export async function getRemoteRanges(
  object: RemoteObject,
  ranges: readonly ByteRange[],
): Promise<Uint8Array[] | undefined> {
  const inside = await withinReason(object, ranges);
  if (inside === undefined) return undefined;
  const buffer = Buffer.allocUnsafeSlow(inside.reduce((sum, { start, end }) => sum + end - start, 0));
  let filled = 0;
  const pieces = inside.map(({ start, end }): Piece => {
    const target = new Uint8Array(buffer.buffer, filled, end - start);
    filled += target.length;
    return { start, target };
  });
  const size = await readPieces(object, pieces);
  return size === undefined
    ? undefined
    : pieces.map((piece) => piece.target.subarray(0, presentIn(piece, size)));
}

/** As `getRows` of the port. */
export async function getRemoteRows(
  object: RemoteObject,
  { start, bytes, stride, count }: ByteRows,
  into: Uint8Array,
): Promise<number | undefined> {
  const pieces = Array.from({ length: count }, (_, row): Piece => {
    const target = into.subarray(row * bytes, (row + 1) * bytes);
    return { start: start + row * stride, target };
  });
  const size = await readPieces(object, pieces);
  return size === undefined ? undefined : pieces.reduce((sum, piece) => sum + presentIn(piece, size), 0);
}

const presentIn = ({ start, target }: Piece, size: number): number =>
  Math.min(target.length, Math.max(0, size - start));

/** The ranges, cut at the end of the object where they are long enough to look for it. */
async function withinReason(
  object: RemoteObject,
  ranges: readonly ByteRange[],
): Promise<readonly ByteRange[] | undefined> {
  const bytes = ranges.reduce((sum, { start, end }) => sum + Math.max(0, end - start), 0);
  if (bytes <= LARGEST_GUESS) return ranges.map(({ start, end }) => ({ start, end: Math.max(start, end) }));
  const size = await object.size();
  return size === undefined
    ? undefined
    : ranges.map(({ start, end }) => ({ start, end: Math.max(start, Math.min(end, size)) }));
}

/** Fills the targets; resolves with the object's size, undefined where it is absent. */
async function readPieces(object: RemoteObject, pieces: readonly Piece[]): Promise<number | undefined> {
  const sorted = pieces.filter(({ target }) => target.length > 0).sort((a, b) => a.start - b.start);
  if (sorted.length === 0) return object.size();
  const once = await readOneVersion(object, sorted);
  // Another writer came in between: what is there now is read once more.
  const answer = once === 'changed' ? await readOneVersion(object, sorted) : once;
  if (answer !== 'changed') return answer;
  throw new StoreError('system', object.url, 'it was written again and again while it was read', 'Retry.');
}

async function readOneVersion(
  object: RemoteObject,
  pieces: readonly Piece[],
): Promise<number | 'changed' | undefined> {
  const answers = await settled(planRequests(pieces), (range) =>
    object.readRange(range, scatterInto(pieces, range)),
  );
  const present = answers.filter((answer) => answer !== undefined);
  if (present.length === 0) return undefined;
  const versions = new Set(present.map(({ version }) => version).filter((version) => version !== undefined));
  if (versions.size > 1 || present.length < answers.length) return 'changed';
  return Math.min(...present.map(({ size }) => size));
}

/** Waits for all, whatever fails: nobody may write into the caller's buffer after the answer. */
async function settled<Result>(
  ranges: readonly ByteRange[],
  work: (range: ByteRange) => Promise<Result>,
): Promise<Result[]> {
  const failures: unknown[] = [];
  const results = await inParallel(ranges, REQUESTS_AT_ONCE, async (range) => {
    if (failures.length > 0) return [];
    return work(range).then(
      (result) => [result],
      (error: unknown) => {
        failures.push(error);
        return [];
      },
    );
  });
  if (failures.length > 0) throw failures[0];
  return results.flat();
}

/** Ranges that cover all pieces, which are sorted and not empty. */
export function planRequests(pieces: readonly Piece[]): ByteRange[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, target } of pieces) {
    const end = start + target.length;
    const last = joined.at(-1);
    if (last === undefined || start - last.end > LARGEST_GAP) joined.push({ start, end });
    else last.end = Math.max(last.end, end);
  }
  return joined.flatMap(cutEvenly);
}

function cutEvenly({ start, end }: ByteRange): ByteRange[] {
  const count = Math.ceil((end - start) / LARGEST_REQUEST);
  const cut = (part: number): number => start + Math.round(((end - start) * part) / count);
  return Array.from({ length: count }, (_, part) => ({ start: cut(part), end: cut(part + 1) }));
}

/** Copies what arrives of a range to every piece that wants it. */
function scatterInto(pieces: readonly Piece[], range: ByteRange): TakeBytes {
  const wanted = pieces.filter(
    ({ start, target }) => start < range.end && start + target.length > range.start,
  );
  let first = 0;
  let last = range.start;
  return (bytes, at) => {
    // A broken connection begins again.
    if (at < last) first = 0;
    last = at;
    const end = at + bytes.length;
    for (let index = first; index < wanted.length; index++) {
      const { start, target } = wanted[index]!;
      if (start >= end) break;
      if (index === first && start + target.length <= at) first += 1;
      copyOverlap(bytes, at, start, target);
    }
  };
}

function copyOverlap(bytes: Uint8Array, at: number, start: number, target: Uint8Array): void {
  const from = Math.max(at, start);
  const to = Math.min(at + bytes.length, start + target.length);
  if (from < to) target.set(bytes.subarray(from - at, to - at), from - start);
}
