/** Damage to files: flipped bits, cuts, numbers at their extremes, pieces of other files. */

type Random = () => number;
type Mutation = (bytes: Uint8Array, other: Uint8Array, random: Random) => Uint8Array;

const upTo = (random: Random, below: number): number => Math.floor(random() * below);
const oneOf = <T>(values: readonly T[], random: Random): T => values[upTo(random, values.length)]!;

const flipBits: Mutation = (bytes, _, random) => {
  const damaged = bytes.slice();
  for (let n = 1 + upTo(random, 8); n > 0; n--) {
    const at = placeIn(damaged, random);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << upTo(random, 8));
  }
  return damaged;
};

const truncate: Mutation = (bytes, _, random) => bytes.slice(0, upTo(random, bytes.length));

const EXTREMES = [
  0n,
  1n,
  2n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fff_ffffn,
  0xffff_ffffn,
  2n ** 63n - 1n,
  -1n,
];

/** A number of one to eight bytes in either byte order, mostly where headers are. */
const setField: Mutation = (bytes, _, random) => {
  const damaged = bytes.slice();
  const width = oneOf([1, 2, 4, 8], random);
  const at = placeIn(damaged, random) & ~(oneOf([1, 2, 4], random) - 1);
  const isLittle = random() < 0.5;
  let value = BigInt.asUintN(8 * width, oneOf(EXTREMES, random));
  for (let i = 0; i < width && at + i < damaged.length; i++, value >>= 8n)
    damaged[at + (isLittle ? i : width - 1 - i)] = Number(value & 0xffn);
  return damaged.subarray(0, bytes.length);
};

const NUMBERS = ['0', '-1', '1', '3', '65536', '4294967296', '9007199254740993', '1e99', 'NaN', '0.5', ''];

/** A number of a header that is text. */
const setNumber: Mutation = (bytes, _, random) => {
  const text = Buffer.from(bytes).toString('latin1');
  const found = [...text.slice(0, 8192).matchAll(/-?\d+(\.\d+)?/g)];
  if (found.length === 0) return setField(bytes, bytes, random);
  const { index, 0: number } = oneOf(found, random);
  const changed = text.slice(0, index) + oneOf(NUMBERS, random) + text.slice(index + number.length);
  return new Uint8Array(Buffer.from(changed, 'latin1'));
};

const splice: Mutation = (bytes, other, random) => {
  const from = upTo(random, other.length);
  const piece = other.subarray(from, from + 1 + upTo(random, 200));
  const at = placeIn(bytes, random);
  const removed = random() < 0.5 ? piece.length : upTo(random, 200);
  return new Uint8Array(Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + removed)]));
};

const MUTATIONS: readonly Mutation[] = [flipBits, truncate, setField, setField, setNumber, splice];

/** Half of all damage is near the begin, where most headers are, some near the end, where TIFF has its own. */
function placeIn(bytes: Uint8Array, random: Random): number {
  const near = Math.min(bytes.length, 600);
  const where = random();
  if (where < 0.55) return upTo(random, near);
  if (where < 0.75) return bytes.length - 1 - upTo(random, near);
  return upTo(random, bytes.length);
}

/** One to three kinds of damage; `other` is a sound file of the same format. */
export function damaged(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let result = bytes;
  for (let n = 1 + upTo(random, 3); n > 0 && result.length > 0; n--)
    result = oneOf(MUTATIONS, random)(result, other, random);
  return result;
}
