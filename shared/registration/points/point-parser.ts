/** Points as people keep them, CSV or a JSON list, read piece by piece: any number of them. */
import { z } from 'zod';
import type { Vec3 } from '../../geometry/box.ts';
import { RegistrationInputError } from '../errors.ts';
import { csvCells } from '../files/csv.ts';
import type { NamedPoint, PointFormat } from './named-point.ts';
import { pointsOfState } from './state-points.ts';
import { elementSplitter, lineSplitter } from './text-pieces.ts';

/** Takes one piece of a file's text after the other; gives the points that are whole by then. */
export interface PointParser {
  push(piece: string): NamedPoint[];
  end(): NamedPoint[];
}

/** `umPerUnit`: of the file's numbers, where it does not say itself. Positions come out in um. `where` names the file. */
export const pointParser = (format: PointFormat, where: string, umPerUnit: Vec3): PointParser =>
  format === 'csv' ? csvParser(where, umPerUnit) : jsonParser(where, umPerUnit);

/** All points of a text that is there already. @throws RegistrationInputError */
export function parsePoints(text: string, format: PointFormat, where: string, umPerUnit: Vec3): NamedPoint[] {
  const parser = pointParser(format, where, umPerUnit);
  return [...parser.push(text), ...parser.end()];
}

function csvParser(where: string, scale: Vec3): PointParser {
  const lines = lineSplitter();
  let line = 0;
  let columns: Columns | undefined;
  const take = (found: readonly string[]): NamedPoint[] =>
    found.flatMap((text) => {
      line += 1;
      if (text.trim() === '') return [];
      const cells = csvCells(text);
      if (columns !== undefined) return [csvPoint(columns, cells, `${where}, line ${line}`, scale)];
      columns = columnsOf(cells, where);
      return [];
    });
  return {
    push: (piece) => take(lines.push(piece)),
    end() {
      const last = take(lines.end());
      columns ??= columnsOf([], where);
      return last;
    },
  };
}

interface Columns {
  readonly id: number;
  readonly position: readonly [number, number, number];
  readonly others: readonly (readonly [name: string, at: number])[];
}

function columnsOf(head: readonly string[], where: string): Columns {
  const names = head.map((name) => name.replace(/^\uFEFF/, '').trim());
  const at = (wanted: string): number => names.findIndex((name) => name.toLowerCase() === wanted);
  const [id, x, y, z] = [at('id'), at('x'), at('y'), at('z')];
  if (Math.min(id, x, y, z) < 0)
    throw new RegistrationInputError(`${where} has the columns ${head.join(', ')}; expected id, x, y, z`);
  const others = names.map((name, column) => [name, column] as const);
  return { id, position: [x, y, z], others: others.filter(([, column]) => ![id, x, y, z].includes(column)) };
}

function csvPoint(
  { id, position, others }: Columns,
  cells: readonly string[],
  where: string,
  scale: Vec3,
): NamedPoint {
  const own = position.map((at) => (cells[at]?.trim() ? Number(cells[at]) : Number.NaN));
  if (!own.every(Number.isFinite))
    throw new RegistrationInputError(
      `${where}: ${cells.join(',').slice(0, 80)}; expected numbers for x, y and z`,
    );
  return {
    id: cells[id] ?? '',
    point: scaled(own as unknown as Vec3, scale),
    more: Object.fromEntries(others.map(([name, at]) => [name, cells[at] ?? ''])),
  };
}

/** A list is taken apart while it is read; anything else, a Neuroglancer state, once it is whole. */
function jsonParser(where: string, scale: Vec3): PointParser {
  const elements = elementSplitter(where);
  let state = '';
  let isList: boolean | undefined;
  let count = 0;
  const take = (found: readonly string[]): NamedPoint[] =>
    found.flatMap((text) => {
      // Of an empty list there is one empty element.
      if (text.trim() === '' && count === 0) return [];
      count += 1;
      return [listPoint(parseJson(text, where), `${where}, point ${count},`, scale)];
    });
  return {
    push(piece) {
      if (isList === undefined && piece.trim() !== '') isList = piece.trimStart().startsWith('[');
      if (isList) return take(elements.push(piece));
      state += piece;
      return [];
    },
    end: () => (isList ? take(elements.end()) : pointsOfState(parseJson(state, where), where)),
  };
}

const pointSchema = z.looseObject({
  id: z.union([z.string(), z.number()]),
  point: z.tuple([z.number(), z.number(), z.number()]).readonly(),
});

function listPoint(value: unknown, where: string, scale: Vec3): NamedPoint {
  const parsed = pointSchema.safeParse(value);
  if (!parsed.success)
    throw new RegistrationInputError(
      `${where} is none: expected {"id": "a", "point": [x, y, z]}\n${z.prettifyError(parsed.error)}`,
    );
  const { id, point, ...more } = parsed.data;
  return { id: String(id), point: scaled(point, scale), more };
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RegistrationInputError(`${where} is not JSON (${(cause as Error).message})`, { cause });
  }
}

const scaled = ([x, y, z]: Vec3, [a, b, c]: Vec3): Vec3 => [x * a, y * b, z * c];
