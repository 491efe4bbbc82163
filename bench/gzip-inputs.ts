/** Random bytes of the kinds that an encoder meets or trips over. */

type Random = () => number;

const whole = (random: Random, below: number): number => Math.floor(random() * below);

/** 16-bit voxels as bytes, one more where `length` is odd. */
function voxels(length: number, next: (i: number) => number): Uint8Array {
  const words = Uint16Array.from({ length: Math.ceil(length / 2) }, (_, i) => next(i));
  return new Uint8Array(words.buffer, 0, length);
}

const bytes = (length: number, next: (i: number) => number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => next(i));

/** Counts that grow like Fibonacci's numbers make a tree as deep as it has leaves: every limit of a code is needed. */
function fibonacciBytes(random: Random): Uint8Array {
  const symbols = 21 + whole(random, 3);
  const list: number[] = [];
  for (let symbol = 0, count = 1, before = 0; symbol < symbols; symbol++) {
    for (let i = 0; i < count; i++) list.push(symbol * 11);
    [count, before] = [count + before, count];
  }
  for (let i = list.length - 1; i > 0; i--) {
    const j = whole(random, i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return Uint8Array.from(list);
}

function smoothWalk(length: number, random: Random): Uint8Array {
  let value = whole(random, 65_536);
  return voxels(length, () => (value += whole(random, 5) - 2));
}

function growingRuns(length: number, random: Random): Uint8Array {
  let [value, left, run] = [0, 0, 0];
  return voxels(length, () => {
    if (left-- === 0) [value, left] = [whole(random, 65_536), ++run];
    return value;
  });
}

function periodic(length: number, random: Random): Uint8Array {
  const period = Array.from({ length: 1 + whole(random, 700) }, () => whole(random, 256));
  return bytes(length, (i) => period[i % period.length]!);
}

const kinds: Readonly<Record<string, (length: number, random: Random) => Uint8Array>> = {
  constant(length, random) {
    const value = whole(random, 256);
    return bytes(length, () => value);
  },
  uniform: (length, random) => bytes(length, () => whole(random, 256)),
  noise(length, random) {
    const [level, width] = [whole(random, 60_000), 2 + whole(random, 300)];
    return voxels(length, () => level + whole(random, width));
  },
  twoSymbols: (length, random) => bytes(length, () => (random() < 0.5 ? 7 : 200)),
  smoothWalk,
  sparse: (length, random) => voxels(length, () => (random() < 0.01 ? whole(random, 65_536) : 0)),
  periodic,
  geometric: (length, random) => voxels(length, () => 100 + Math.floor(-Math.log(1 - random()) * 3)),
  growingRuns,
  fibonacci: (_, random) => fibonacciBytes(random),
};

/** One to three kinds one behind the other, mostly short, now and then over several blocks; says which. */
export function anyInput(random: Random): { readonly kind: string; readonly input: Uint8Array } {
  const names = Object.keys(kinds);
  const parts = Array.from({ length: 1 + whole(random, 3) }, () => {
    const kind = names[whole(random, names.length - (random() < 0.9 ? 1 : 0))]!;
    const most = random() < 0.1 ? 150_000 : 3000;
    return { kind, part: kinds[kind]!(whole(random, most), random) };
  });
  return {
    kind: parts.map(({ kind }) => kind).join('+'),
    input: new Uint8Array(Buffer.concat(parts.map(({ part }) => part))),
  };
}
