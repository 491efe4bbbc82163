/** `cloudreg transform-points <in> <out> --with <registration> --to atlas|sample`: points through a registration. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { Option } from 'commander';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { loadTransform } from '../../shared/registration/files/load-transform.ts';
import type { Space } from '../../shared/registration/files/space.ts';
import { type Direction, mapPoint } from '../../shared/registration/points/map-points.ts';
import { parsePoints, pointFormatOf, pointsText } from '../../shared/registration/points/point-file.ts';
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
  const { map, transform } = await loadTransform(registration);
  const [own, target] =
    to === 'atlas' ? [transform.sample, transform.atlas] : [transform.atlas, transform.sample];
  const points = parsePoints(await readFile(input, 'utf8'), from, input, umPer(unit, own));
  const mapped = points.map(({ id, point, more }) => {
    const { point: there, isOutside } = mapPoint(map, transform, to, point);
    return { id, point: there, more: isOutside ? { ...more, outside: true } : more };
  });
  await writeFile(`${output}.part`, pointsText(mapped, into, umPer(unit, target)));
  await rename(`${output}.part`, output);
  const outside = mapped.filter(({ more }) => more.outside === true);
  report(
    terminal,
    output,
    mapped.length,
    outside.map(({ id }) => id),
    json === true,
  );
  return EXIT_DONE;
}

const umPer = (unit: Unit, { voxelSizeUm }: Space): Vec3 => (unit === 'um' ? [1, 1, 1] : voxelSizeUm);

const MOST_NAMED = 5;

function report(
  terminal: Terminal,
  output: string,
  points: number,
  outside: readonly string[],
  json: boolean,
): void {
  if (json) {
    line(terminal.out, JSON.stringify({ event: 'done', output, points, outside: outside.length }));
    return;
  }
  line(terminal.out, `${counted(points, 'point')} written to ${output}.`);
  if (outside.length === 0) return;
  const more = outside.length > MOST_NAMED ? ', ...' : '';
  line(
    terminal.out,
    `${counted(outside.length, 'point')} outside a volume, marked "outside": ${outside.slice(0, MOST_NAMED).join(', ')}${more}`,
  );
}
