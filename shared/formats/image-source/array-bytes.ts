/** The bytes of an array in the order of its elements, wherever files keep them. */
import { type ArrayFile, ArrayFileError, inflated } from '../array-file.ts';

export interface ArrayBytes {
  /** A step back begins again. */
  readonly isForwardOnly?: true;
  /** Fills `into` from byte `at` of the array on. @throws ArrayFileError where the data end too early */
  read(at: number, into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** The array begins at byte `start`. */
export const plainBytes = (file: ArrayFile, start: number): ArrayBytes => ({
  async read(at, into) {
    const filled = await file.readInto(start + at, into);
    if (filled < into.length) throw endsEarly(file, at + filled, at + into.length);
  },
  close: async () => {},
});

/** Of bytes in memory, for data that only come whole. */
export const memoryBytes = (bytes: Uint8Array): ArrayBytes => ({
  read: async (at, into) => into.set(bytes.subarray(at, at + into.length)),
  close: async () => {},
});

/** Files that each hold `shareBytes` of the array, one after the other. */
export const joinedBytes = (parts: readonly ArrayBytes[], shareBytes: number): ArrayBytes => ({
  ...(parts.some((part) => part.isForwardOnly) ? { isForwardOnly: true as const } : {}),
  async read(at, into) {
    for (let filled = 0; filled < into.length; ) {
      const part = Math.floor((at + filled) / shareBytes);
      const from = at + filled - part * shareBytes;
      const length = Math.min(into.length - filled, shareBytes - from);
      await parts[part]!.read(from, into.subarray(filled, filled + length));
      filled += length;
    }
  },
  async close() {
    for (const part of parts) await part.close();
  },
});

interface PackedPlace {
  /** Where the compressed data begin in the file. */
  readonly start: number;
  /** Unpacked bytes before the array. */
  readonly skip: number;
  readonly lengthBytes: number;
  /** Of gzip unless it is given. */
  readonly unpack?: (file: ArrayFile, start: number) => AsyncGenerator<Uint8Array>;
}

/** Padding behind the array; more than that is not padding. */
const MOST_SURPLUS = 2 ** 24;

/** Unpacks forwards; a step back begins again. With the array's last byte the checksum at the end is looked at. */
export function unpackedBytes(file: ArrayFile, place: PackedPlace): ArrayBytes {
  const { start, skip, lengthBytes, unpack = inflated } = place;
  let stream: Forward | undefined;
  const close = async () => {
    const open = stream;
    stream = undefined;
    await open?.close();
  };
  return {
    isForwardOnly: true,
    close,
    async read(at, into) {
      if (stream === undefined || skip + at < stream.position()) {
        await close();
        stream = forward(unpack(file, start));
      }
      await stream.skipTo(skip + at);
      const filled = await stream.fill(into);
      if (filled < into.length) throw endsEarly(file, at + filled, lengthBytes);
      if (at + into.length < lengthBytes) return;
      await readToEnd(file, stream, skip + lengthBytes);
      await close();
    },
  };
}

async function readToEnd(file: ArrayFile, stream: Forward, length: number): Promise<void> {
  await stream.skipTo(length + MOST_SURPLUS);
  if (stream.position() >= length + MOST_SURPLUS)
    throw new ArrayFileError(
      file.name,
      `its compressed data go on for more than ${MOST_SURPLUS} bytes behind the ${length} that its header says: its sizes are wrong`,
    );
}

interface Forward {
  position(): number;
  /** As far as there is data. */
  skipTo(position: number): Promise<void>;
  /** Bytes that were there. */
  fill(into: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

function forward(pieces: AsyncGenerator<Uint8Array>): Forward {
  let rest: Uint8Array = new Uint8Array();
  let at = 0;
  /** Hands over the next at most `most` bytes; undefined at the end. */
  const next = async (most: number): Promise<Uint8Array | undefined> => {
    while (rest.length === 0) {
      const piece = await pieces.next();
      if (piece.done) return undefined;
      rest = piece.value;
    }
    const part = rest.subarray(0, most);
    rest = rest.subarray(part.length);
    at += part.length;
    return part;
  };
  return {
    position: () => at,
    async skipTo(position) {
      while (at < position) if ((await next(position - at)) === undefined) return;
    },
    async fill(into) {
      let filled = 0;
      while (filled < into.length) {
        const part = await next(into.length - filled);
        if (part === undefined) break;
        into.set(part, filled);
        filled += part.length;
      }
      return filled;
    },
    async close() {
      await pieces.return(undefined);
    },
  };
}

const endsEarly = ({ name }: ArrayFile, found: number, expected: number): ArrayFileError =>
  new ArrayFileError(
    name,
    `its data end after ${found} bytes, expected ${expected}: cut short. Copy the file again.`,
  );
