/** `cloudreg transform-points <in> <out> --with <registration> --to atlas|sample`: points through a registration. */
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Option } from 'commander';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { type LoadedTransform, loadTransform } from '../../shared/registration/files/load-transform.ts';
import type { Space } from '../../shared/registration/files/space.ts';
import { type Direction, mapPoint } from '../../shared/registration/points/map-points.ts';
import {
  type NamedPoint,
  type PointFormat,
  pointFormatOf,
} from '../../shared/registration/points/named-point.ts';
import { type PointParser, pointParser } from '../../shared/registration/points/point-parser.ts';
import { type PointText, pointText } from '../../shared/registration/points/point-text.ts';
import type { DefineCommand } from '../command.ts';
import { EXIT_DONE } from '../errors.ts';
import { counted } from '../quantities.ts';
import { line, type Terminal } from '../terminal.ts';

interface Flags {
  readonly with: string;
  readonly to: Direction;
  readonly unit: Unit;
  readonly json?: true;
}

type Unit = 'um' | 'voxel';

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument(
      '<in>',
      '.csv with id,x,y,z, .json with [{"id", "point": [x, y, z]}], or a Neuroglancer state as .json',
    )
    .argument('<out>', '.csv or .json: the same points in the same order')
    .requiredOption('--with <registration>', 'output folder of the job that registered')
    .addOption(
      new Option('--to <space>', 'where the points go').choices(['atlas', 'sample']).makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--unit <unit>',
        'of the numbers: um from the corner of the volume, or voxels of its finest resolution as Neuroglancer counts them: the centre of the first is 0.5',
      )
        .choices(['um', 'voxel'])
        .default('um'),
    )
    .option('--json', 'one JSON object a line on standard output')
    .option('--verbose', 'print errors with their stack')
    .action(async (input: string, output: string, flags: Flags) =>
      exit(await transformPoints(terminal, input, output, flags)),
    );
};

async function transformPoints(
  terminal: Terminal,
  input: string,
  output: string,
  { with: registration, to, unit, json }: Flags,
): Promise<number> {
  const [from, into] = [pointFormatOf(input), pointFormatOf(output)];
  const loaded = await loadTransform(registration);
  const { sample, atlas } = loaded.transform;
  const [own, target] = to === 'atlas' ? [sample, atlas] : [atlas, sample];
  const parser = (): PointParser => pointParser(from, input, umPer(unit, own));
  const columns = into === 'csv' ? await columnsOf(input, from, parser()) : [];
  const text = pointText(into, umPer(unit, target), columns);
  const tally: Tally = { points: 0, outside: 0, named: [] };
  const part = `${output}.part`;
  try {
    await pipeline(
      createReadStream(input, 'utf8'),
      (pieces) => carried(pieces, parser(), mover(loaded, to, tally), text),
      createWriteStream(part),
    );
    await rename(part, output);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  report(terminal, output, tally, json === true);
  return EXIT_DONE;
}

const umPer = (unit: Unit, { voxelSizeUm }: Space): Vec3 => (unit === 'um' ? [1, 1, 1] : voxelSizeUm);

/** What a table has beside name and position. In a table every point has the same; in a list each may have its own. */
async function columnsOf(input: string, format: PointFormat, parser: PointParser): Promise<string[]> {
  const names = new Set<string>();
  const collect = (points: readonly NamedPoint[]): boolean => {
    for (const { more } of points) for (const name of Object.keys(more)) names.add(name);
    return format === 'csv' && points.length > 0;
  };
  let isKnown = false;
  for await (const piece of createReadStream(input, 'utf8')) {
    isKnown = collect(parser.push(piece as string));
    if (isKnown) break;
  }
  if (!isKnown) collect(parser.end());
  names.delete(OUTSIDE);
  return [...names, OUTSIDE];
}

/** One piece of the input in memory at a time, and what becomes of it. */
async function* carried(
  pieces: AsyncIterable<string>,
  parser: PointParser,
  move: (point: NamedPoint) => NamedPoint,
  text: PointText,
): AsyncGenerator<string> {
  const textOf = (points: readonly NamedPoint[]): string =>
    points.map((point) => text.of(move(point))).join('');
  yield text.head;
  for await (const piece of pieces) yield textOf(parser.push(piece));
  yield textOf(parser.end()) + text.tail;
}

const OUTSIDE = 'outside';

interface Tally {
  points: number;
  outside: number;
  /** The first of those outside. */
  readonly named: string[];
}

function mover({ map, transform }: LoadedTransform, to: Direction, tally: Tally) {
  return ({ id, point, more: { [OUTSIDE]: _, ...more } }: NamedPoint): NamedPoint => {
    const { point: there, isOutside } = mapPoint(map, transform, to, point);
    tally.points += 1;
    if (!isOutside) return { id, point: there, more };
    tally.outside += 1;
    if (tally.named.length < MOST_NAMED) tally.named.push(id);
    return { id, point: there, more: { ...more, [OUTSIDE]: true } };
  };
}

const MOST_NAMED = 5;

function report(terminal: Terminal, output: string, { points, outside, named }: Tally, json: boolean): void {
  if (json) {
    line(terminal.out, JSON.stringify({ event: 'done', output, points, outside }));
    return;
  }
  line(terminal.out, `${counted(points, 'point')} written to ${output}.`);
  if (outside === 0) return;
  const more = outside > MOST_NAMED ? ', ...' : '';
  line(
    terminal.out,
    `${counted(outside, 'point')} outside a volume, marked "outside": ${named.join(', ')}${more}`,
  );
}
