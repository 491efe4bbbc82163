/** Points as text again, one after the other: a table, or a JSON list of one point a line. */
import type { Vec3 } from '../../geometry/box.ts';
import { csvCell } from '../files/csv.ts';
import type { NamedPoint, PointFormat } from './named-point.ts';

export interface PointText {
  /** Before all points, and after them. */
  readonly head: string;
  readonly tail: string;
  /** Asked of each once, in their order. */
  of(point: NamedPoint): string;
}

/** Positions are divided by `umPerUnit`. `columns`: of a table, after the name and the position. */
export function pointText(format: PointFormat, umPerUnit: Vec3, columns: readonly string[]): PointText {
  const inUnits = (point: Vec3): number[] => point.map((um, axis) => rounded(um / umPerUnit[axis]!));
  if (format === 'csv')
    return {
      head: `${['id', 'x', 'y', 'z', ...columns].map(csvCell).join(',')}\n`,
      tail: '',
      of: ({ id, point, more }) =>
        `${[id, ...inUnits(point).map(String), ...columns.map((name) => textOf(more[name]))].map(csvCell).join(',')}\n`,
    };
  let before = '';
  return {
    head: '[\n',
    tail: '\n]\n',
    of({ id, point, more }) {
      const text = `${before}${JSON.stringify({ id, point: inUnits(point), ...more })}`;
      before = ',\n';
      return text;
    },
  };
}

const textOf = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);

/** To a ten-thousandth: below what any microscope resolves, and no noise of the arithmetic. */
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
