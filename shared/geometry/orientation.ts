/**
 * Anatomical orientation of a volume's axes: three letters, one for each of x, y, z, naming the side towards which the
 * index grows (REGISTRATION section 1). The Allen atlas is PIR: x to posterior, y to inferior, z to right.
 */
import type { Vec3 } from './box.ts';

export type Orientation = readonly [Letter, Letter, Letter];
type Letter = (typeof LETTERS)[number];
type Axis = 0 | 1 | 2;

const LETTERS = ['R', 'L', 'A', 'P', 'S', 'I'] as const;
const OPPOSITE: Readonly<Record<Letter, Letter>> = { R: 'L', L: 'R', A: 'P', P: 'A', S: 'I', I: 'S' };

export class OrientationError extends Error {
  override readonly name = 'OrientationError';
}

/** In any case. `origin` reads letters as the side where the index is 0, as BrainGlobe does: asr there is PIL here. */
export function parseOrientation(text: string, convention: 'growth' | 'origin' = 'growth'): Orientation {
  const letters = [...text.toUpperCase()];
  const pairs = new Set(letters.map((letter) => (isLetter(letter) ? pairOf(letter) : letter)));
  if (letters.length !== 3 || !letters.every(isLetter) || pairs.size !== 3) {
    throw new OrientationError(
      `"${text}" is no orientation: expected three letters, one of R or L, one of A or P and one of S or I, ` +
        'in the order of the axes x, y, z; for example PIR, the orientation of the Allen atlas.',
    );
  }
  const [x, y, z] = letters as [Letter, Letter, Letter];
  return convention === 'growth' ? [x, y, z] : [OPPOSITE[x], OPPOSITE[y], OPPOSITE[z]];
}

/** `A:B`, two orientations. */
export function parseReorientation(text: string): { readonly from: Orientation; readonly to: Orientation } {
  const parts = text.split(':');
  if (parts.length === 2) return { from: parseOrientation(parts[0]!), to: parseOrientation(parts[1]!) };
  throw new OrientationError(`"${text}" is no pair of orientations: expected FROM:TO, for example RIP:PIR.`);
}

export interface Reorientation {
  /** `order[i]` is the input axis that lies along output axis i. */
  readonly order: readonly [Axis, Axis, Axis];
  /** -1 where they run against each other. */
  readonly flip: readonly [1 | -1, 1 | -1, 1 | -1];
}

/** About the centre, output coordinate i is `flip[i]` times input coordinate `order[i]` (CLOUDREG section 7.1). */
export function reorientation(from: Orientation, to: Orientation): Reorientation {
  const axisOf = (letter: Letter): Axis =>
    from.findIndex((other) => pairOf(other) === pairOf(letter)) as Axis;
  const flipOf = (letter: Letter): 1 | -1 => (from[axisOf(letter)] === letter ? 1 : -1);
  const [x, y, z] = to;
  return { order: [axisOf(x), axisOf(y), axisOf(z)], flip: [flipOf(x), flipOf(y), flipOf(z)] };
}

/** Rows of the matrix that takes centred positions from one orientation to the other. */
export function reorientationMatrix(from: Orientation, to: Orientation): readonly [Vec3, Vec3, Vec3] {
  const { order, flip } = reorientation(from, to);
  const row = (i: Axis): Vec3 => {
    const values: [number, number, number] = [0, 0, 0];
    values[order[i]] = flip[i];
    return values;
  };
  return [row(0), row(1), row(2)];
}

const isLetter = (text: string): text is Letter => (LETTERS as readonly string[]).includes(text);
const pairOf = (letter: Letter): number => Math.floor(LETTERS.indexOf(letter) / 2);
