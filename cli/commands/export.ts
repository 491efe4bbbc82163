/** `cloudreg export <volume> <output>`: a volume to a file or folder that other programs read. */
import { InvalidArgumentError, Option } from 'commander';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { ngffVersions } from '../../shared/volume/zarr/zarr-layout.ts';
import type { DefineCommand } from '../command.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import type { ExportFlags } from '../export/export-flags.ts';
import { exportImage } from '../export/export-image.ts';
import { exportZarr } from '../export/export-zarr.ts';
import { checkTarget, type ExportTarget, exportTarget } from '../export/target.ts';
import type { Terminal } from '../terminal.ts';
import { type ViewedVolume, viewedVolumes } from '../viewer/places.ts';

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument('<volume>', 'precomputed volume or OME-Zarr: folder, s3:// or https:// URL; it is only read')
    .argument('<output>', '.nrrd, .nii.gz, .nii, .tif, .npy, folder/ for a TIFF series, or .ome.zarr')
    .option('--mip <n>', 'resolution to write, 0 is the finest (default: 0)', wholeNumber)
    .option('--resolution <um>', 'the coarsest mip whose voxels are no longer than that', positive)
    .option(
      '--isotropic',
      'resample to cubes of --resolution (without it: of the longest side of a voxel); images are low-passed, labels keep their values',
    )
    .option('--bounds <x0,y0,z0,x1,y1,z1>', 'voxels of that mip, the end excluded', sixNumbers)
    .option('--channel <n>', 'of several channels one', wholeNumber)
    .addOption(
      new Option('--ngff <version>', 'of OME-Zarr (default: 0.4, sharded 0.5)').choices(ngffVersions),
    )
    .option('--sharded', 'OME-Zarr 0.5 with many chunks a file')
    .option('--force', 'replace what is there')
    .option('--json', 'one JSON object a line on standard output')
    .option('--verbose', 'print errors with their stack')
    .action(async (volume: string, output: string, flags: ExportFlags) =>
      exit(await exportVolume(terminal, volume, output, flags)),
    );
};

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number from 0.');
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('expected a number above 0.');
}

function sixNumbers(text: string): readonly number[] {
  const numbers = text.split(',').map(Number);
  const isWhole = /^[-\d,]+$/.test(text) && numbers.every(Number.isSafeInteger);
  if (isWhole && numbers.length === 6) return numbers;
  throw new InvalidArgumentError('expected six whole numbers: x0,y0,z0,x1,y1,z1.');
}

async function exportVolume(
  terminal: Terminal,
  from: string,
  to: string,
  flags: ExportFlags,
): Promise<number> {
  const target = await exportTarget(to);
  checkFlags(target, flags);
  const named = await namedVolume(from);
  const volume = await openVolume(named.store, named.folder);
  await checkTarget(target, named.place, flags.force === true);
  if (target.kind === 'OME-Zarr') await exportZarr(terminal, volume, target, flags);
  else await exportImage(terminal, volume, target, flags);
  return EXIT_DONE;
}

const OF_ZARR = ['ngff', 'sharded'] as const;
const OF_ONE_MIP = ['mip', 'resolution', 'isotropic', 'bounds', 'channel'] as const;

function checkFlags({ kind }: ExportTarget, flags: ExportFlags): void {
  const isZarr = kind === 'OME-Zarr';
  const wrong = (isZarr ? OF_ONE_MIP : OF_ZARR).find((flag) => flags[flag] !== undefined);
  if (wrong !== undefined)
    throw new RefusedError(
      isZarr
        ? `--${wrong} has no meaning for OME-Zarr, which takes every resolution whole: leave it out, or write a file.`
        : `--${wrong} is for OME-Zarr alone: name the output .ome.zarr, or leave it out.`,
    );
  if (flags.mip !== undefined && flags.resolution !== undefined)
    throw new RefusedError('--mip and --resolution say the same thing: give one of them.');
  if (flags.sharded && flags.ngff === '0.4')
    throw new RefusedError('--sharded needs --ngff 0.5: version 0.4 knows no shards.');
}

async function namedVolume(from: string): Promise<ViewedVolume> {
  const [first, ...more] = await viewedVolumes(from);
  if (first !== undefined && more.length === 0) return first;
  const names = [first, ...more].map((volume) => volume?.folder).join(', ');
  throw new RefusedError(`${from} holds several volumes: name one of ${names}.`);
}
