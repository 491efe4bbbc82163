/**
 * Fourier transforms of lines of float32, by PFFFT compiled to WebAssembly with SIMD. Lengths have the factors 2, 3
 * and 5 only and are multiples of 16 (complex) or 32 (real): `goodSize` finds the next one.
 */

/** What pffft-wasm exports, as far as it is used here. Pointers are byte addresses in `HEAPF32.buffer`. */
interface Pffft {
  readonly HEAPF32: Float32Array<ArrayBuffer>;
  _pffft_new_setup(length: number, kind: 0 | 1): number;
  _pffft_destroy_setup(table: number): void;
  _pffft_transform_ordered(table: number, from: number, to: number, work: number, direction: 0 | 1): void;
  _pffft_aligned_malloc(bytes: number): number;
  _pffft_aligned_free(pointer: number): void;
}

export type LineKind = 'real' | 'complex';

/** Transforms one line. Real lines are packed as `[DC, Nyquist, re1, im1, …]`; the inverse does not divide by the length. */
export interface LineTransform {
  readonly length: number;
  /** Byte addresses; both may be the same. Sign of the exponent: minus. */
  forward(from: number, to: number): void;
  inverse(from: number, to: number): void;
}

/** One thread's transforms: a private copy of the library with its memory. Not shared between threads. */
export interface FourierLines {
  line(length: number, kind: LineKind): LineTransform;
  /** Byte address of `count` floats; views taken before may have lost their memory. */
  allocate(count: number): number;
  free(address: number): void;
  /** The library's memory as it is now: take it again after every `allocate`. */
  floats(): Float32Array<ArrayBuffer>;
}

/** Both kinds of length step: what PFFFT's four lanes of SIMD ask for. */
export const lengthStep = { real: 32, complex: 16 } as const;

/** The smallest length of at least `count` that can be transformed. */
export function goodSize(count: number, kind: LineKind): number {
  const step = lengthStep[kind];
  let size = Math.max(1, Math.ceil(count / step)) * step;
  while (!hasSmallFactors(size)) size += step;
  return size;
}

function hasSmallFactors(length: number): boolean {
  let rest = length;
  for (const factor of [2, 3, 5]) while (rest % factor === 0) rest /= factor;
  return rest === 1;
}

export async function openLines(): Promise<FourierLines> {
  // The package has no types of its own.
  const { default: load } = (await import('@echogarden/pffft-wasm/simd' as string)) as {
    default: () => Promise<Pffft>;
  };
  return linesOf(await load());
}

function linesOf(library: Pffft): FourierLines {
  const lines = new Map<string, LineTransform>();
  const allocate = (count: number): number => {
    const address = library._pffft_aligned_malloc(count * 4);
    if (address === 0) throw new RangeError(`No memory for a transform of ${count} float32 values.`);
    return address;
  };
  return {
    line(length, kind) {
      const key = `${kind} ${length}`;
      const known = lines.get(key);
      if (known !== undefined) return known;
      const made = lineTransform(library, length, kind, allocate);
      lines.set(key, made);
      return made;
    },
    allocate,
    free: (address) => library._pffft_aligned_free(address),
    floats: () => library.HEAPF32,
  };
}

function lineTransform(
  library: Pffft,
  length: number,
  kind: LineKind,
  allocate: (count: number) => number,
): LineTransform {
  // PFFFT aborts its whole module on a length that is no multiple of its lanes, so it must not see one.
  if (length % lengthStep[kind] !== 0 || !hasSmallFactors(length)) {
    throw new RangeError(
      `No ${kind} transform of length ${length}: expected a multiple of ${lengthStep[kind]} with the factors 2, 3, 5.`,
    );
  }
  const table = library._pffft_new_setup(length, kind === 'real' ? 0 : 1);
  const work = allocate(kind === 'real' ? length : 2 * length);
  return {
    length,
    forward: (from, to) => library._pffft_transform_ordered(table, from, to, work, 0),
    inverse: (from, to) => library._pffft_transform_ordered(table, from, to, work, 1),
  };
}
