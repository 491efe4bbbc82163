/** Points of a Neuroglancer state's annotation layers. */
import { z } from 'zod';
import type { Vec3 } from '../../geometry/box.ts';
import { RegistrationInputError } from '../errors.ts';
import type { NamedPoint } from './named-point.ts';

const axis = z.tuple([z.number().positive(), z.string()]);
const stateSchema = z.looseObject({
  dimensions: z.object({ x: axis, y: axis, z: axis }),
  layers: z.array(
    z.looseObject({
      type: z.string().optional(),
      annotations: z
        .array(
          z.looseObject({
            type: z.string(),
            id: z.string().optional(),
            description: z.string().optional(),
            point: z.array(z.number()).optional(),
          }),
        )
        .optional(),
    }),
  ),
});

const METRES_PER_UM = 1e-6;

/** Named by their description, else by their id. Their unit is the state's own. @throws RegistrationInputError */
export function pointsOfState(value: unknown, where: string): NamedPoint[] {
  const parsed = stateSchema.safeParse(value);
  if (!parsed.success)
    throw new RegistrationInputError(
      `${where} is neither a list of points nor a Neuroglancer state with dimensions and layers:\n${z.prettifyError(parsed.error)}`,
    );
  const { dimensions, layers } = parsed.data;
  const um = (['x', 'y', 'z'] as const).map((name) => dimensions[name][0] / METRES_PER_UM) as unknown as Vec3;
  return layers
    .flatMap(({ annotations = [] }) => annotations)
    .flatMap(({ type, id, description, point }, index) => {
      const [x, y, z] = point ?? [];
      if (type !== 'point' || x === undefined || y === undefined || z === undefined) return [];
      const name = description?.trim() || id || String(index);
      return [{ id: name, point: [x * um[0], y * um[1], z * um[2]], more: {} }];
    });
}
