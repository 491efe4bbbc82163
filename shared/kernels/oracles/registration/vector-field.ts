/**
 * Trilinear look-ups in fields and images on a grid of at least two points an axis, x fastest. A field has four values a
 * point: x, y, z and one unused, so that a point is one load of four lanes. Beyond the border the nearest point counts
 * and derivatives across it are 0 (REGISTRATION section 2).
 */
export interface FieldSize {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
}

export const LANES = 4;

/** The nearest position inside the grid, in units of its spacing. */
export const clampTo = (position: number, count: number): number =>
  position > 0 ? (position < count - 1 ? position : count - 1) : 0;

/** The first of the two points a clamped position lies between. */
export const cellOf = (clamped: number, count: number): number => {
  const at = Math.floor(clamped);
  return at > count - 2 ? count - 2 : at;
};

/** Value of one component at a position, in units of the spacing. */
export function valueAt(
  field: Float32Array,
  { nx, ny, nz }: FieldSize,
  lanes: number,
  component: number,
  px: number,
  py: number,
  pz: number,
): number {
  const x = clampTo(px, nx);
  const y = clampTo(py, ny);
  const z = clampTo(pz, nz);
  const i = cellOf(x, nx);
  const j = cellOf(y, ny);
  const k = cellOf(z, nz);
  const a = x - i;
  const b = y - j;
  const c = z - k;
  const row = nx * lanes;
  const plane = ny * row;
  const at = k * plane + j * row + i * lanes + component;
  const near = mix(
    mix(field[at]!, field[at + lanes]!, a),
    mix(field[at + row]!, field[at + row + lanes]!, a),
    b,
  );
  const far = mix(
    mix(field[at + plane]!, field[at + plane + lanes]!, a),
    mix(field[at + plane + row]!, field[at + plane + row + lanes]!, a),
    b,
  );
  return mix(near, far, c);
}

/** Derivative of one component along x, y, z per unit of the spacing, to `out[at…]`. */
export function gradientAt(
  field: Float32Array,
  { nx, ny, nz }: FieldSize,
  lanes: number,
  component: number,
  px: number,
  py: number,
  pz: number,
  out: Float64Array,
  to: number,
): void {
  const x = clampTo(px, nx);
  const y = clampTo(py, ny);
  const z = clampTo(pz, nz);
  const i = cellOf(x, nx);
  const j = cellOf(y, ny);
  const k = cellOf(z, nz);
  const a = x - i;
  const b = y - j;
  const c = z - k;
  const row = nx * lanes;
  const plane = ny * row;
  const at = k * plane + j * row + i * lanes + component;
  const v000 = field[at]!;
  const v100 = field[at + lanes]!;
  const v010 = field[at + row]!;
  const v110 = field[at + row + lanes]!;
  const v001 = field[at + plane]!;
  const v101 = field[at + plane + lanes]!;
  const v011 = field[at + plane + row]!;
  const v111 = field[at + plane + row + lanes]!;
  out[to] = x === px ? mix(mix(v100 - v000, v110 - v010, b), mix(v101 - v001, v111 - v011, b), c) : 0;
  out[to + 1] = y === py ? mix(mix(v010 - v000, v110 - v100, a), mix(v011 - v001, v111 - v101, a), c) : 0;
  out[to + 2] = z === pz ? mix(mix(v001 - v000, v101 - v100, a), mix(v011 - v010, v111 - v110, a), b) : 0;
}

const mix = (first: number, second: number, part: number): number => first + part * (second - first);

/** The transpose of a look-up: adds a vector to the eight points around a position, by their weights. */
export function splat(
  field: Float32Array,
  { nx, ny, nz }: FieldSize,
  px: number,
  py: number,
  pz: number,
  vx: number,
  vy: number,
  vz: number,
): void {
  const x = clampTo(px, nx);
  const y = clampTo(py, ny);
  const z = clampTo(pz, nz);
  const i = cellOf(x, nx);
  const j = cellOf(y, ny);
  const k = cellOf(z, nz);
  const a = x - i;
  const b = y - j;
  const c = z - k;
  const row = nx * LANES;
  const plane = ny * row;
  const at = k * plane + j * row + i * LANES;
  for (let corner = 0; corner < 8; corner++) {
    const right = corner & 1;
    const down = (corner >> 1) & 1;
    const deep = corner >> 2;
    const weight = (right ? a : 1 - a) * (down ? b : 1 - b) * (deep ? c : 1 - c);
    const to = at + right * LANES + down * row + deep * plane;
    field[to]! += weight * vx;
    field[to + 1]! += weight * vy;
    field[to + 2]! += weight * vz;
  }
}
