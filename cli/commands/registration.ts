/** `cloudreg registration accuracy <sample-points> <atlas-points> --with <registration>`: landmark errors. */
import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { loadTransform } from '../../shared/registration/files/load-transform.ts';
import { type LandmarkErrors, landmarkErrors } from '../../shared/registration/points/landmark-error.ts';
import { type Direction, mapPoint } from '../../shared/registration/points/map-points.ts';
import { type NamedPoint, pointFormatOf } from '../../shared/registration/points/named-point.ts';
import { parsePoints } from '../../shared/registration/points/point-parser.ts';
import type { DefineCommand } from '../command.ts';
import { EXIT_DONE } from '../errors.ts';
import { line, type Terminal } from '../terminal.ts';

interface Flags {
  readonly with: string;
  readonly to: Direction;
  readonly json?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .command('accuracy')
    .description('distances between landmarks of the sample and those of the same name in the atlas')
    .argument('<sample-points>', '.csv or .json, um from the corner of the sample')
    .argument('<atlas-points>', '.csv or .json, um from the corner of the atlas')
    .requiredOption('--with <registration>', 'output folder of the job that registered')
    .addOption(
      new Option('--to <space>', 'where distances are measured')
        .choices(['atlas', 'sample'])
        .default('atlas'),
    )
    .option('--json', 'one JSON object a line on standard output')
    .option('--verbose', 'print errors with their stack')
    .action(async (sample: string, atlas: string, flags: Flags) =>
      exit(await accuracy(terminal, sample, atlas, flags)),
    );
};

async function accuracy(terminal: Terminal, sample: string, atlas: string, flags: Flags): Promise<number> {
  const { map, transform } = await loadTransform(flags.with);
  const [own, twins] = await Promise.all([readPoints(sample), readPoints(atlas)]);
  const [moving, fixed] = flags.to === 'atlas' ? [own, twins] : [twins, own];
  const mapped = moving.map((landmark) => ({
    ...landmark,
    point: mapPoint(map, transform, flags.to, landmark.point).point,
  }));
  const errors = landmarkErrors(mapped, fixed);
  if (flags.json) line(terminal.out, JSON.stringify({ event: 'done', ...errors }));
  else for (const text of errorLines(errors)) line(terminal.out, text);
  return EXIT_DONE;
}

const readPoints = async (path: string): Promise<NamedPoint[]> =>
  parsePoints(await readFile(path, 'utf8'), pointFormatOf(path), path, [1, 1, 1]);

const errorLines = ({ each, meanUm, medianUm, p95Um, maxUm, unmatched }: LandmarkErrors): string[] => [
  ...each.map(({ id, um }) => `${um.toFixed(1).padStart(9)} um  ${id}`),
  `${each.length} landmarks: mean ${meanUm.toFixed(1)} um, median ${medianUm.toFixed(1)}, 95 % below ${p95Um.toFixed(1)}, largest ${maxUm.toFixed(1)}`,
  ...(unmatched.length === 0 ? [] : [`In one list only: ${unmatched.join(', ')}`]),
];
