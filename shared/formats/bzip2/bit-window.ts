/** The bits of a stream, the highest of each byte first, out of a window that is filled between reads. */
import { type ArrayFile, ArrayFileError } from '../array-file.ts';

export interface Bits {
  /** The next 1 to 24 bits; zeros beyond the end. */
  peek(count: number): number;
  /** @throws ArrayFileError beyond the end */
  skip(count: number): void;
  /** 1 to 24 bits. @throws ArrayFileError beyond the end */
  take(count: number): number;
  damaged(reason: string): ArrayFileError;
}

export interface BitWindow extends Bits {
  /** Holds so many bytes from here on, where there are as many. */
  fill(bytes: number): Promise<void>;
  /** To the next whole byte. */
  align(): void;
  close(): Promise<void>;
}

export function bitWindow(file: ArrayFile, start: number): BitWindow {
  const pieces = file.stream(start)[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  /** In bits from the window's begin. */
  let at = 0;
  const damaged = (reason: string, cause?: unknown) =>
    new ArrayFileError(file.name, `its bzip2 data are damaged or cut short (${reason})`, cause);
  const peek = (count: number): number => {
    const byte = at >>> 3;
    const word = (held[byte]! << 24) | (held[byte + 1]! << 16) | (held[byte + 2]! << 8) | held[byte + 3]!;
    return (word << (at & 7)) >>> (32 - count);
  };
  const skip = (count: number): void => {
    at += count;
    if (at > 8 * held.length) throw damaged('they end too early');
  };
  return {
    damaged,
    peek,
    skip,
    take(count) {
      const value = peek(count);
      skip(count);
      return value;
    },
    align() {
      at = 8 * Math.ceil(at / 8);
    },
    async fill(bytes) {
      const parts = [held.subarray(at >>> 3)];
      for (let length = parts[0]!.length; length < bytes; ) {
        const piece = await pieces.next();
        if (piece.done) break;
        parts.push(piece.value);
        length += piece.value.length;
      }
      held = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      at &= 7;
    },
    async close() {
      await pieces.return?.();
    },
  };
}
