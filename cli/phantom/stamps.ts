/** Blobs added to the planes of a tile, each at its exact place. */
import type { Placed } from './spline-field.ts';
import { type Blob, reachOf } from './structures.ts';

interface Stamp {
  readonly x0: number;
  readonly y0: number;
  /** The blob's profile along x and y, and along z with its amplitude. */
  readonly alongX: Float32Array;
  readonly alongY: Float32Array;
  readonly z0: number;
  readonly alongZ: Float32Array;
}

export interface Stamps {
  addTo(plane: Float32Array, z: number): void;
}

export function stampsOf(blobs: readonly Blob[], tile: Placed): Stamps {
  const byPlane: Stamp[][] = Array.from({ length: tile.size[2] }, () => []);
  for (const blob of blobs) {
    const stamp = stampOf(blob, tile);
    for (let n = 0; n < stamp.alongZ.length; n++) byPlane[stamp.z0 + n]?.push(stamp);
  }
  const width = tile.size[0];
  return {
    addTo(plane, z) {
      for (const stamp of byPlane[z] ?? []) add(stamp, stamp.alongZ[z - stamp.z0]!, plane, width);
    },
  };
}

function stampOf(blob: Blob, { position, size }: Placed): Stamp {
  const along = (centre: number, axis: number, factor: number) => {
    const at = centre - position[axis]!;
    const reach = reachOf(blob);
    const start = Math.max(0, Math.ceil(at - reach));
    const end = Math.min(size[axis]!, Math.floor(at + reach) + 1);
    const exponent = -0.5 / blob.sigma ** 2;
    const profile = Float32Array.from(
      { length: Math.max(0, end - start) },
      (_, n) => factor * Math.exp(exponent * (start + n - at) ** 2),
    );
    return { start, profile };
  };
  const [x, y, z] = [along(blob.x, 0, 1), along(blob.y, 1, 1), along(blob.z, 2, blob.amplitude)];
  return {
    x0: x.start,
    y0: y.start,
    z0: z.start,
    alongX: x.profile,
    alongY: y.profile,
    alongZ: z.profile,
  };
}

function add({ x0, y0, alongX, alongY }: Stamp, height: number, plane: Float32Array, width: number): void {
  for (let j = 0; j < alongY.length; j++) {
    const factor = height * alongY[j]!;
    const start = (y0 + j) * width + x0;
    for (let i = 0; i < alongX.length; i++) plane[start + i]! += factor * alongX[i]!;
  }
}
