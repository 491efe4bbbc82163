/** Named buffers in the memory of one WebAssembly instance, and the checks that keep kernels inside them. */
import { type BufferArrays, type BufferSpec, bufferArrays } from './pixels.ts';

export type BufferSpecs = Record<string, BufferSpec>;
export type Buffers<S extends BufferSpecs> = { [K in keyof S]: BufferArrays[S[K]['type']] };

/** The part of `WebAssembly.Memory` that is used here. */
export interface GrowableMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

const pageBytes = 65_536;
/** WebAssembly addresses are 32 bits wide. */
const mostBytes = 2 ** 32;

/** The buffers of a task do not fit: work on less at once, or give the process more memory. */
export class KernelMemoryError extends Error {
  override readonly name = 'KernelMemoryError';
}

/** Places the buffers one behind the other, 16-byte aligned, grows the memory once if it must, and zeroes them. */
export function layOut<S extends BufferSpecs>(
  memory: GrowableMemory,
  firstFreeByte: number,
  specs: S,
): Buffers<S> {
  const offsets: Record<string, number> = {};
  let end = firstFreeByte;
  for (const [name, spec] of Object.entries(specs)) {
    if (!Number.isInteger(spec.length) || spec.length < 0)
      throw new RangeError(
        `buffer ${name}: length ${spec.length}, expected a whole number of voxels, 0 or more`,
      );
    const begin = Math.ceil(end / 16) * 16;
    offsets[name] = begin;
    end = begin + spec.length * bufferArrays[spec.type].BYTES_PER_ELEMENT;
  }
  const usedBefore = Math.min(end, memory.buffer.byteLength);
  growTo(memory, end, specs);
  new Uint8Array(memory.buffer, firstFreeByte, Math.max(usedBefore - firstFreeByte, 0)).fill(0);
  const views = Object.entries(specs).map(([name, spec]) => [
    name,
    new bufferArrays[spec.type](memory.buffer, offsets[name]!, spec.length),
  ]);
  return Object.fromEntries(views) as Buffers<S>;
}

/** Byte address of an array for a kernel. Throws where it is not (or no longer) in this memory. */
export function addressOf(memory: GrowableMemory, name: string, array: ArrayBufferView): number {
  if (array.buffer === memory.buffer) return array.byteOffset;
  throw new TypeError(
    `${name} does not lie in the memory of these kernels; expected a view from the latest call of layout (or a subarray of one)`,
  );
}

function growTo(memory: GrowableMemory, bytes: number, specs: BufferSpecs): void {
  const missingBytes = bytes - memory.buffer.byteLength;
  if (missingBytes <= 0) return;
  if (bytes > mostBytes) throw new KernelMemoryError(tooLarge(bytes, specs, 'expected at most 4096 MiB'));
  try {
    memory.grow(Math.ceil(missingBytes / pageBytes));
  } catch (cause) {
    throw new KernelMemoryError(tooLarge(bytes, specs, 'the system did not grant it'), { cause });
  }
}

function tooLarge(bytes: number, specs: BufferSpecs, limit: string): string {
  const parts = Object.entries(specs).map(([name, { type, length }]) => `${name} ${length} x ${type}`);
  const mebibytes = Math.ceil(bytes / 2 ** 20);
  return `kernel buffers of ${mebibytes} MiB (${parts.join(', ')}): ${limit}; use smaller blocks or thinner slabs`;
}
