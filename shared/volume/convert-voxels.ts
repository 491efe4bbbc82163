/** Numbers of one type into voxels of another: rounded half to even and cut to the type's range, never wrapped. */
import { type ElementArray, type ElementType, elementTypeOf } from '../formats/elements.ts';
import type { DataType, VoxelArray } from './data-type.ts';

/**
 * Fills `to`, which is as long as `from`. Returns how many numbers were outside the range of its type, and are its end
 * now; a NaN that becomes 0 counts, too. float32 keeps infinities and NaN.
 */
export function convertVoxels(from: ElementArray, to: VoxelArray): number {
  const [source, target] = [elementTypeOf(from), elementTypeOf(to) as DataType];
  if (source === target || fits(source, target)) {
    (to as Uint8Array).set(from as Uint8Array);
    return 0;
  }
  if (from instanceof BigInt64Array || from instanceof BigUint64Array) return fromBigInts(from, to, target);
  if (to instanceof BigUint64Array) return toBigInts(from, to);
  return target === 'float32' ? toFloats(from, to as Float32Array) : toIntegers(from, to, target);
}

/** What a typed array's own conversion does right: every number of the one type is one of the other. */
const fits = (source: ElementType, target: DataType): boolean => FITS[source]?.includes(target) ?? false;

const FITS: Partial<Readonly<Record<ElementType, readonly DataType[]>>> = {
  uint8: ['uint16', 'int16', 'uint32', 'int32', 'float32'],
  int8: ['int16', 'int32', 'float32'],
  uint16: ['uint32', 'int32', 'float32'],
  int16: ['int32', 'float32'],
  // Rounded to 24 bits, as float32 is.
  uint32: ['float32'],
  int32: ['float32'],
};

/** Least and greatest whole number. */
export function rangeOf(type: Exclude<DataType, 'float32' | 'uint64'>): readonly [number, number] {
  const bits = Number(type.replace(/\D+/, ''));
  return type.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

type Numbers = Exclude<ElementArray, BigInt64Array | BigUint64Array>;

function toIntegers(from: ElementArray, to: VoxelArray, target: DataType): number {
  const [least, greatest] = rangeOf(target as Exclude<DataType, 'float32' | 'uint64'>);
  const numbers = from as Numbers;
  let cut = 0;
  for (let i = 0; i < numbers.length; i++) {
    const value = halfToEven(numbers[i]!);
    if (value >= least && value <= greatest) to[i] = value;
    else {
      // What is neither below nor above is NaN.
      to[i] = value < least ? least : value > greatest ? greatest : 0;
      cut += 1;
    }
  }
  return cut;
}

export function halfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

const GREATEST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

function toFloats(from: ElementArray, to: Float32Array): number {
  const numbers = from as Numbers;
  let cut = 0;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    to[i] = value;
    if (!Number.isFinite(to[i]!) && Number.isFinite(value)) {
      to[i] = Math.sign(value) * GREATEST_FLOAT;
      cut += 1;
    }
  }
  return cut;
}

const GREATEST_LABEL = 2n ** 64n - 1n;

function toBigInts(from: ElementArray, to: BigUint64Array): number {
  const numbers = from as Numbers;
  let cut = 0;
  for (let i = 0; i < numbers.length; i++) {
    const value = halfToEven(numbers[i]!);
    if (value >= 0 && value < 2 ** 64) to[i] = BigInt(value);
    else {
      to[i] = value > 0 ? GREATEST_LABEL : 0n;
      cut += 1;
    }
  }
  return cut;
}

function fromBigInts(from: BigInt64Array | BigUint64Array, to: VoxelArray, target: DataType): number {
  if (target === 'float32') {
    for (let i = 0; i < from.length; i++) to[i] = Number(from[i]!);
    return 0;
  }
  const [least, greatest] =
    target === 'uint64' ? [0n, GREATEST_LABEL] : (rangeOf(target).map(BigInt) as [bigint, bigint]);
  let cut = 0;
  for (let i = 0; i < from.length; i++) {
    const value = from[i]!;
    const held = value < least ? least : value > greatest ? greatest : value;
    if (held !== value) cut += 1;
    if (to instanceof BigUint64Array) to[i] = held;
    else to[i] = Number(held);
  }
  return cut;
}
