/** High-pass of a plane: each value less the mean of the box around it, as far as the box lies inside the plane. */

/** Reads `plane`, writes the result to `into[at…]`. */
export type PlaneFilter = (plane: Float32Array, into: Float32Array, at: number) => void;

/**
 * Running sums along y, then x, in float64: exact for constant planes, whose result is therefore 0 to rounding.
 *
 * @param half the box reaches this many pixels to each side
 * @param scale of the result
 */
export function boxFilter(width: number, height: number, half: number, scale: number): PlaneFilter {
  const inverseX = inverseExtents(width, half);
  const inverseY = inverseExtents(height, half);
  // Sums over the rows of the box, with zeros on both sides so that the running sum along x needs no cases.
  const columns = new Float64Array(width + 2 * half + 1);
  const margin = half + 1;
  return (plane, into, at) => {
    columns.fill(0);
    for (let y = 0; y < Math.min(half, height); y++) addRow(columns, margin, plane, y * width, width, 1);
    for (let y = 0; y < height; y++) {
      const enters = y + half < height;
      const leaves = y > half;
      if (enters && leaves) {
        replaceRow(columns, margin, plane, (y + half) * width, (y - half - 1) * width, width);
      } else if (enters) addRow(columns, margin, plane, (y + half) * width, width, 1);
      else if (leaves) addRow(columns, margin, plane, (y - half - 1) * width, width, -1);
      subtractMeans(
        columns,
        2 * half + 1,
        plane,
        y * width,
        inverseX,
        inverseY[y]!,
        scale,
        into,
        at + y * width,
      );
    }
  };
}

/** 1 / pixels of the box around each place that exist. */
const inverseExtents = (length: number, half: number): Float64Array =>
  Float64Array.from(
    { length },
    (_, at) => 1 / (Math.min(at + half, length - 1) - Math.max(at - half, 0) + 1),
  );

// The loops are functions of their own, so that the compiler sees each with its arrays' types.

function addRow(
  columns: Float64Array,
  margin: number,
  plane: Float32Array,
  at: number,
  width: number,
  sign: number,
): void {
  for (let x = 0; x < width; x++) columns[margin + x] = columns[margin + x]! + sign * plane[at + x]!;
}

function replaceRow(
  columns: Float64Array,
  margin: number,
  plane: Float32Array,
  fresh: number,
  old: number,
  width: number,
): void {
  for (let x = 0; x < width; x++) {
    columns[margin + x] = columns[margin + x]! + (plane[fresh + x]! - plane[old + x]!);
  }
}

function subtractMeans(
  columns: Float64Array,
  box: number,
  plane: Float32Array,
  from: number,
  inverseX: Float64Array,
  inverseY: number,
  scale: number,
  into: Float32Array,
  at: number,
): void {
  let sum = 0;
  for (let x = 1; x < box; x++) sum += columns[x]!;
  for (let x = 0; x < inverseX.length; x++) {
    sum += columns[x + box]! - columns[x]!;
    into[at + x] = scale * (plane[from + x]! - sum * (inverseX[x]! * inverseY));
  }
}
