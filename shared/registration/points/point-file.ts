/** Points as people keep them: CSV, JSON, and Neuroglancer's annotation layers. */
import { z } from 'zod';
import type { Vec3 } from '../../geometry/box.ts';
import { RegistrationInputError } from '../errors.ts';
import { csvCell, csvRows } from '../files/csv.ts';

export interface NamedPoint {
  readonly id: string;
  readonly point: Vec3;
  /** Whatever else the file says of it, kept. */
  readonly more: Readonly<Record<string, unknown>>;
}

export type PointFormat = 'csv' | 'json';

/** By the name alone. @throws RegistrationInputError */
export function pointFormatOf(path: string): PointFormat {
  const [, kind] = /\.(csv|json)$/i.exec(path) ?? [];
  if (kind !== undefined) return kind.toLowerCase() as PointFormat;
  throw new RegistrationInputError(`${path}: its name tells no format; expected .csv or .json`);
}

/** `umPerUnit`: of the file's numbers, where it does not say itself. Positions come out in um. */
export function parsePoints(text: string, format: PointFormat, where: string, umPerUnit: Vec3): NamedPoint[] {
  return format === 'csv' ? fromCsv(text, where, umPerUnit) : fromJson(text, where, umPerUnit);
}

function fromCsv(text: string, where: string, scale: Vec3): NamedPoint[] {
  const [head = [], ...rows] = csvRows(text);
  const names = head.map((name) => name.trim().toLowerCase());
  const [id, x, y, z] = ['id', 'x', 'y', 'z'].map((name) => names.indexOf(name)) as [
    number,
    number,
    number,
    number,
  ];
  if (Math.min(id, x, y, z) < 0)
    throw new RegistrationInputError(`${where} has the columns ${head.join(', ')}; expected id, x, y, z`);
  return rows.map((row, index) => {
    const own = [row[x], row[y], row[z]].map((cell) => (cell?.trim() ? Number(cell) : Number.NaN));
    if (!own.every(Number.isFinite))
      throw new RegistrationInputError(
        `${where}, line ${index + 2}: ${row.join(',').slice(0, 80)}; expected numbers for x, y and z`,
      );
    const others = head.flatMap((name, at) =>
      [id, x, y, z].includes(at) ? [] : [[name.trim(), row[at] ?? ''] as const],
    );
    return {
      id: row[id] ?? '',
      point: scaled(own as unknown as Vec3, scale),
      more: Object.fromEntries(others),
    };
  });
}

const vector = z.tuple([z.number(), z.number(), z.number()]).readonly();
const listSchema = z.array(z.looseObject({ id: z.union([z.string(), z.number()]), point: vector }));
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

function fromJson(text: string, where: string, scale: Vec3): NamedPoint[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RegistrationInputError(`${where} is not JSON (${(cause as Error).message})`, { cause });
  }
  if (!Array.isArray(value)) return fromState(value, where);
  const parsed = listSchema.safeParse(value);
  if (!parsed.success)
    throw new RegistrationInputError(
      `${where} is no list of points such as [{"id": "a", "point": [x, y, z]}]:\n${z.prettifyError(parsed.error)}`,
    );
  return parsed.data.map(({ id, point, ...more }) => ({ id: String(id), point: scaled(point, scale), more }));
}

const METRES_PER_UM = 1e-6;

/** Points of annotation layers, named by their description, else by their id. Their unit is the state's own. */
function fromState(value: unknown, where: string): NamedPoint[] {
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
      return [{ id: name, point: scaled([x, y, z], um), more: {} }];
    });
}

/** In the order given; positions are divided by `umPerUnit`. */
export function pointsText(points: readonly NamedPoint[], format: PointFormat, umPerUnit: Vec3): string {
  const inUnits = points.map(({ id, point, more }) => ({
    id,
    point: [0, 1, 2].map((axis) => rounded(point[axis]! / umPerUnit[axis]!)),
    more,
  }));
  if (format === 'json')
    return `[\n${inUnits.map(({ id, point, more }) => JSON.stringify({ id, point, ...more })).join(',\n')}\n]\n`;
  const others = [...new Set(points.flatMap(({ more }) => Object.keys(more)))];
  const rows = inUnits.map(({ id, point, more }) =>
    [id, ...point.map(String), ...others.map((name) => textOf(more[name]))].map(csvCell).join(','),
  );
  return `${[['id', 'x', 'y', 'z', ...others].map(csvCell).join(','), ...rows].join('\n')}\n`;
}

const textOf = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);

/** To a ten-thousandth: below what any microscope resolves, and no noise of the arithmetic. */
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

const scaled = ([x, y, z]: Vec3, [a, b, c]: Vec3): Vec3 => [x * a, y * b, z * c];
