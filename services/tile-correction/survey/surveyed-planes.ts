/** Reads the planes of a tile that the survey wants, whole, a few ahead of the one being measured. */
import type { Acquisition, Stack } from '../../../shared/acquisition/acquisition.ts';
import { DamagedPlaneError } from '../../../shared/acquisition/acquisition-errors.ts';
import type { PlaneReader } from '../../../shared/acquisition/plane-reader.ts';
import type { Pixels } from '../../../shared/kernels/kernels.ts';
import { readAhead } from '../../../shared/read-ahead.ts';

/** Planes in memory at a time: one is measured while the others arrive. */
export const PLANES_HELD = 4;

export type SurveyedPlane =
  /** The whole plane, x fastest; valid until the next one is asked for. */
  | { readonly kind: 'read'; readonly plane: number; readonly pixels: Pixels }
  | { readonly kind: 'damaged'; readonly plane: number; readonly error: DamagedPlaneError };

/** What `surveyedPlanes` needs of the kernels' memory: the planes held, one behind the other. */
export const planesHeld = ({ tileSize: [width, height], dataType }: Acquisition) => ({
  type: dataType,
  length: width * height * PLANES_HELD,
});

/** `planes` in their order, without those that the scan found missing. */
export async function* surveyedPlanes(
  reader: PlaneReader,
  { tileSize: [width, height] }: Acquisition,
  stack: Stack,
  planes: readonly number[],
  held: Pixels,
): AsyncGenerator<SurveyedPlane> {
  const missing = new Set(stack.missing);
  const present = planes.filter((plane) => !missing.has(plane));
  const region = { x0: 0, x1: width, y0: 0, y1: height };
  const buffers = Array.from({ length: PLANES_HELD }, (_, n) =>
    held.subarray(n * width * height, (n + 1) * width * height),
  );
  const read = async (index: number): Promise<SurveyedPlane> => {
    const plane = present[index]!;
    const pixels = buffers[index % PLANES_HELD]!;
    try {
      await reader.readRegion(stack, plane, region, pixels);
      return { kind: 'read', plane, pixels };
    } catch (error) {
      if (error instanceof DamagedPlaneError) return { kind: 'damaged', plane, error };
      throw error;
    }
  };
  yield* readAhead(present.length, PLANES_HELD, read);
}
