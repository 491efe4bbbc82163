/** One mip of a volume, or a part of it, to a file or a TIFF series. */
import { stat } from 'node:fs/promises';
import { openStore, splitFileUrl } from '../../shared/adapters/open-store.ts';
import { boundsIn, mipAtResolution, mipNumbered } from '../../shared/export/choose-mip.ts';
import { ExportError } from '../../shared/export/export-error.ts';
import { channelOf, type PlaneImage, planesOfVolume } from '../../shared/export/plane-image.ts';
import { isotropicPlanes } from '../../shared/export/resample-planes.ts';
import {
  type OnPlane,
  putImageFile,
  putTiffSeries,
  writeImageFile,
  writeTiffSeries,
} from '../../shared/export/write-file.ts';
import { volumeBox } from '../../shared/volume/chunk-grid.ts';
import type { Volume } from '../../shared/volume/open-volume.ts';
import { isUrl, shortPath } from '../folders.ts';
import { createCounter } from '../progress/counter.ts';
import { counted, formatBytes } from '../quantities.ts';
import { line, type Terminal } from '../terminal.ts';
import type { ExportFlags } from './export-flags.ts';
import type { ExportTarget } from './target.ts';

export async function exportImage(
  terminal: Terminal,
  volume: Volume,
  target: ImageTarget,
  flags: ExportFlags,
): Promise<void> {
  const mip = chosenMip(terminal, volume, flags);
  const image = chosenImage(volume, mip, flags);
  const name = shortPath(target.place);
  const counter = createCounter(terminal, `export ${name}`, flags.json === true);
  try {
    await (isUrl(target.place) ? putImage : writeImage)(target, image, counter.show);
  } finally {
    counter.end();
  }
  const { dataType, channels, sizeVoxels, voxelSizeUm, originUm } = image;
  const what = `mip ${mip}${flags.isotropic ? ', isotropic' : ''}, ${sizeVoxels.join(' x ')} voxels`;
  const several = channels > 1 ? `${channels} channels of ` : '';
  const written =
    target.kind === 'file' ? formatBytes(await sizeOf(target.place)) : counted(sizeVoxels[2], 'plane');
  const facts = { output: target.place, mip, sizeVoxels, voxelSizeUm, originUm, dataType, channels };
  const text = `${name}: ${what} of ${voxelSizeUm.map(shortUm).join(' x ')} um, ${several}${dataType}, ${written}`;
  line(terminal.out, flags.json ? JSON.stringify({ event: 'exported', ...facts }) : text);
  if (dataType === 'uint64' && /\.nii(\.gz)?$/i.test(target.place))
    note(terminal, 'Many programs do not read NIfTI of uint64 (code 1280); they read .nrrd.', flags);
}

type ImageTarget = Exclude<ExportTarget, { kind: 'OME-Zarr' }>;

const writeImage = (target: ImageTarget, image: PlaneImage, onPlane: OnPlane): Promise<void> =>
  target.kind === 'file'
    ? writeImageFile(target.place, image, target.format, onPlane)
    : writeTiffSeries(target.place, image, onPlane);

async function putImage(target: ImageTarget, image: PlaneImage, onPlane: OnPlane): Promise<void> {
  if (target.kind !== 'file') return putTiffSeries(await openStore(target.place), image, onPlane);
  const { folder, key } = splitFileUrl(target.place);
  return putImageFile(await openStore(folder), key, image, { format: target.format, onPlane });
}

async function sizeOf(place: string): Promise<number> {
  if (!isUrl(place)) return (await stat(place)).size;
  const { folder, key } = splitFileUrl(place);
  return (await (await openStore(folder)).head(key))?.size ?? 0;
}

const shortUm = (um: number): string => String(Number(um.toPrecision(8)));

function note(terminal: Terminal, text: string, { json }: ExportFlags): void {
  if (json) line(terminal.out, JSON.stringify({ event: 'note', message: text }));
  else line(terminal.err, text);
}

function chosenMip(terminal: Terminal, { mips }: Volume, flags: ExportFlags): number {
  const { mip = 0, resolution } = flags;
  if (resolution === undefined) return mip;
  const found = mipAtResolution(mips, resolution);
  if (found !== undefined) return found;
  const finest = mips[0]!.resolutionNm.map((nm) => shortUm(nm / 1000)).join(' x ');
  note(terminal, `No mip has voxels of at most ${resolution} um: the finest is taken, ${finest} um.`, flags);
  return 0;
}

function chosenImage(
  volume: Volume,
  mip: number,
  { bounds, channel, isotropic, resolution }: ExportFlags,
): PlaneImage {
  const stored = mipNumbered(volume.mips, mip);
  const whole = planesOfVolume(volume, mip, bounds ? boundsIn(stored, bounds) : volumeBox(stored));
  if (channel !== undefined && channel >= whole.channels)
    throw new ExportError(
      `There is no channel ${channel}: the volume has ${counted(whole.channels, 'channel')}.`,
    );
  const image = channel === undefined ? whole : channelOf(whole, channel);
  if (!isotropic) return image;
  return isotropicPlanes(
    image,
    resolution ?? Math.max(...image.voxelSizeUm),
    volume.info.type === 'segmentation',
  );
}
