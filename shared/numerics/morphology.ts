/** Binary images of up to three axes (1 = set, x fastest); neighbours are the six that share a face. */

type Shape = readonly [number, number, number];

/** Keeps what has all its neighbours; beyond the border everything counts as set. */
export const eroded = (mask: Uint8Array, shape: Shape): Uint8Array =>
  everyNeighbour(mask, shape, (centre, neighbour) => centre & neighbour, 1);

/** Adds what has a neighbour that is set. */
export const dilated = (mask: Uint8Array, shape: Shape): Uint8Array =>
  everyNeighbour(mask, shape, (centre, neighbour) => centre | neighbour, 0);

/** Without what is thinner than three voxels. */
export const opened = (mask: Uint8Array, shape: Shape): Uint8Array => dilated(eroded(mask, shape), shape);

function everyNeighbour(
  mask: Uint8Array,
  [width, height, depth]: Shape,
  join: (centre: number, neighbour: number) => number,
  outside: 0 | 1,
): Uint8Array {
  const result = new Uint8Array(mask.length);
  const plane = width * height;
  for (let z = 0, i = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        let value = join(mask[i]!, x > 0 ? mask[i - 1]! : outside);
        value = join(value, x + 1 < width ? mask[i + 1]! : outside);
        value = join(value, y > 0 ? mask[i - width]! : outside);
        value = join(value, y + 1 < height ? mask[i + width]! : outside);
        value = join(value, z > 0 ? mask[i - plane]! : outside);
        result[i] = join(value, z + 1 < depth ? mask[i + plane]! : outside);
      }
    }
  }
  return result;
}

/** The connected component with the most voxels; of equals the one that begins first. */
export function largestComponent(mask: Uint8Array, shape: Shape): Uint8Array {
  const labels = new Int32Array(mask.length);
  const stack: number[] = [];
  let [label, largest, most] = [0, 0, 0];
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0 || labels[start] !== 0) continue;
    const size = fillFrom(start, ++label, mask, shape, labels, stack);
    if (size > most) [largest, most] = [label, size];
  }
  return mask.map((_, i) => (most > 0 && labels[i] === largest ? 1 : 0));
}

function fillFrom(
  start: number,
  label: number,
  mask: Uint8Array,
  [width, height, depth]: Shape,
  labels: Int32Array,
  stack: number[],
): number {
  const plane = width * height;
  let size = 0;
  const visit = (i: number): void => {
    if (mask[i] === 0 || labels[i] !== 0) return;
    labels[i] = label;
    size++;
    stack.push(i);
  };
  visit(start);
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    const [x, y, z] = [i % width, Math.floor(i / width) % height, Math.floor(i / plane)];
    if (x > 0) visit(i - 1);
    if (x + 1 < width) visit(i + 1);
    if (y > 0) visit(i - width);
    if (y + 1 < height) visit(i + width);
    if (z > 0) visit(i - plane);
    if (z + 1 < depth) visit(i + plane);
  }
  return size;
}
