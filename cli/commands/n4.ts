/** `cloudreg n4 <image> <output>`: N4 bias field correction of one NRRD, NIfTI or TIFF file. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { fieldFigures, keepingSum } from '../../shared/illumination/figures.ts';
import { tissueMask } from '../../shared/illumination/tissue-mask.ts';
import { type Three, volumeProblem } from '../../shared/illumination/volume.ts';
import { type N4Options, type N4Result, n4, n4Defaults } from '../../shared/numerics/n4/n4.ts';
import type { DefineCommand } from '../command.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import { type ImageFile, imageKindOf, readImageFile, writeImageFile } from '../image-file.ts';
import { line, type Terminal } from '../terminal.ts';

interface Flags {
  readonly mask: string;
  readonly weights?: string;
  readonly levels: number;
  readonly rounds: number;
  readonly threshold: number;
  readonly fwhm: number;
  readonly noise: number;
  readonly bins: number;
  readonly controlPoints: number;
  readonly stopRule: N4Options['stopRule'];
  readonly field?: string;
  readonly json?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument(
      '<image>',
      'a .nrrd, .nhdr, .nii, .nii.gz or .tif (its pages are planes) of one to three axes, background already subtracted',
    )
    .argument('<output>', 'the corrected image, of the same format and type')
    .option(
      '--mask <which>',
      '"tissue": what stands out; "all"; or a file of the same shape, 1 = used',
      'tissue',
    )
    .option('--weights <file>', 'how much each voxel counts in the fit, at least 0');
  addNumbers(command)
    .addOption(
      new Option('--stop-rule <rule>', 'how the threshold is measured: exactly, or as ITK does')
        .choices(['float64', 'itk-float32'])
        .default('float64'),
    )
    .option('--field <file>', 'write the log field too: corrected = image / exp(field)')
    .option('--json', 'one JSON object a line on standard output')
    .option('--verbose', 'print errors with their stack')
    .action(async (image: string, output: string, flags: Flags) =>
      exit(await correct(terminal, image, output, flags)),
    );
};

function addNumbers(command: Command): Command {
  const { threshold, fwhm, noise, bins, controlPoints } = n4Defaults;
  const count = (least: number, most: number) => (text: string) => inRange(text, least, most, true);
  const real = (least: number, most: number) => (text: string) => inRange(text, least, most, false);
  return command
    .option(
      '--levels <n>',
      "each doubles the spline's spans: more follow more, and invent more",
      count(1, 8),
      2,
    )
    .option('--rounds <n>', 'most rounds of a level', count(1, 10_000), 50)
    .option(
      '--threshold <c>',
      'a level ends when a round changes less than that; 0: never',
      real(0, 1),
      threshold,
    )
    .option('--fwhm <w>', "full width at half maximum of the bias' distribution, logs", real(0.001, 10), fwhm)
    .option('--noise <n>', 'Wiener noise of the sharpening', real(1e-6, 10), noise)
    .option('--bins <n>', 'bins of the histogram', count(8, 4096), bins)
    .option('--control-points <n>', 'along each axis, at the first level', count(4, 16), controlPoints);
}

function inRange(text: string, least: number, most: number, whole: boolean): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new InvalidArgumentError(`expected a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`);
}

async function correct(terminal: Terminal, input: string, output: string, flags: Flags): Promise<number> {
  expectSameKind(input, output, flags.field);
  const image = await readImageFile(input);
  const mask = await maskOf(image, input, flags.mask);
  const result = n4({ data: image.values, shape: image.shape }, await optionsOf(image, mask, flags));
  const shift = keepingSum(image.values, result.field, mask);
  for (let i = 0; i < result.field.length; i++) result.field[i] = result.field[i]! + shift;
  const figures = fieldFigures(result.field, 0, mask);
  const corrected = image.values.map((value, i) => value * Math.exp(-result.field[i]!));
  await writeImageFile(image, corrected, output);
  if (flags.field !== undefined)
    await writeImageFile({ ...image, type: 'float32' }, result.field, flags.field);
  report(terminal, output, result, figures, flags.json === true);
  return EXIT_DONE;
}

function expectSameKind(input: string, output: string, field: string | undefined): void {
  const kind = imageKindOf(input);
  for (const path of field === undefined ? [output] : [output, field])
    if (imageKindOf(path) !== kind)
      throw new RefusedError(`${path} is ${imageKindOf(path)}, but ${input} is ${kind}: keep the format`);
}

async function optionsOf({ shape }: ImageFile, mask: Uint8Array, flags: Flags): Promise<N4Options> {
  const { levels, rounds, weights: path, threshold, fwhm, noise, bins, controlPoints, stopRule } = flags;
  const weights = path === undefined ? {} : { weights: await sameShape(path, shape) };
  return {
    ...{ threshold, fwhm, noise, bins, controlPoints, stopRule, mask },
    ...weights,
    levels: new Array<number>(levels).fill(rounds),
  };
}

/** 1 where N4 may look. Refuses images and masks that no field can be told from. */
async function maskOf(image: ImageFile, input: string, which: string): Promise<Uint8Array> {
  const { values, shape } = image;
  if (shape.length > 3) throw new RefusedError(`${input} has ${shape.length} axes, expected one to three`);
  const size = [shape[0] ?? 1, shape[1] ?? 1, shape[2] ?? 1] as Three;
  const volume = { data: values, size, voxelSizeUm: [1, 1, 1] as Three };
  if (which === 'tissue' || which === 'all') {
    const problem = volumeProblem(volume);
    if (problem !== undefined) throw new RefusedError(`${input}: ${problem}`);
  }
  const mask = await labels(which, volume, shape);
  const used = mask.reduce((sum, label) => sum + label, 0);
  if (used === 0) throw new RefusedError(noneUsed(which));
  const bad = values.findIndex((value, i) => mask[i] === 1 && !(value >= 0 && Number.isFinite(value)));
  if (bad >= 0)
    throw new RefusedError(
      `${input}: voxel ${bad} is ${values[bad]}, expected a finite number from 0 on: mask it out`,
    );
  return mask;
}

async function labels(
  which: string,
  volume: Parameters<typeof tissueMask>[0],
  shape: readonly number[],
): Promise<Uint8Array> {
  if (which === 'tissue') return tissueMask(volume);
  if (which === 'all') return new Uint8Array(volume.data.length).fill(1);
  return Uint8Array.from(await sameShape(which, shape), (label) => (label === 1 ? 1 : 0));
}

const noneUsed = (which: string): string =>
  which === 'tissue'
    ? 'no tissue stands out from the background: give a --mask'
    : `${which}: no voxel of the mask is 1, so there is nothing to estimate from`;

async function sameShape(path: string, shape: readonly number[]): Promise<Float32Array> {
  const found = await readImageFile(path);
  if (found.shape.join() === shape.join()) return found.values;
  throw new RefusedError(`${path} is ${found.shape.join(' x ')}, expected the image's ${shape.join(' x ')}`);
}

function report(
  terminal: Terminal,
  output: string,
  { rounds, lattice }: N4Result,
  { sd, changedShare, tissueShare }: ReturnType<typeof fieldFigures>,
  json: boolean,
): void {
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  if (json)
    line(
      terminal.out,
      JSON.stringify({
        event: 'done',
        output,
        rounds,
        lattice: lattice.shape,
        sd,
        changedShare,
        usedShare: tissueShare,
      }),
    );
  else {
    line(
      terminal.out,
      `N4: rounds ${rounds.join(' ')}, spline of ${lattice.shape.join(' x ')} points, ${percent(tissueShare)} of the voxels used`,
    );
    line(
      terminal.out,
      `Log field: standard deviation ${sd.toFixed(3)}; ${percent(changedShare)} of the voxels used change by more than 10 %`,
    );
    line(terminal.out, `Wrote ${output}`);
  }
}
