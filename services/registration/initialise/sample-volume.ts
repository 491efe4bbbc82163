/** What a job registers: the channel that shows the tissue of a stitched acquisition, or a volume of its own. */
import { acquisitionFile } from '../../../shared/acquisition/acquisition.ts';
import { channelFolder } from '../../../shared/acquisition/channel-folder.ts';
import { placementFile } from '../../../shared/acquisition/placement.ts';
import { previewFolder } from '../../../shared/acquisition/preview.ts';
import { readFile, readFileIfPresent } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { WORK_FOLDER } from '../../../shared/registration/files/registration-files.ts';
import { copyVolume } from '../../../shared/registration/source/copy-volume.ts';
import { isArrayFile, openSource, openSourceIn } from '../../../shared/registration/source/open-source.ts';
import type { SourceVolume } from '../../../shared/registration/source/source-volume.ts';
import { PRECOMPUTED, type SourceFormat, sourceFormat } from '../../../shared/viewer/source-url.ts';
import { writtenLayout } from '../../../shared/volume/zarr/zarr-layout.ts';
import type { JobParameters } from '../../parameters.ts';

/** Of a run; the volume may still be in the making. */
const WRITTEN_ZARR = sourceFormat({ zarr: writtenLayout('0.5', 'gzip') });

export interface SampleVolume {
  /** As the user named it. */
  readonly url: string;
  /** At full resolution. */
  readonly imageUrl: string;
  readonly imageFormat: SourceFormat;
  readonly sizeVoxels: Vec3;
  readonly voxelSizeUm: Vec3;
  readonly offsetUm: Vec3;
  /** What is compared with the atlas. */
  readonly compared: SourceVolume;
}

/** A job that stitches has a placement; one that starts from a volume has that volume for its input. */
export async function sampleVolume(
  store: ObjectStore,
  source: ObjectStore,
  parameters: JobParameters,
): Promise<SampleVolume> {
  const placement = await readFileIfPresent(store, placementFile);
  if (placement === undefined) return givenVolume(store, source.url, parameters);
  const acquisition = await readFile(store, acquisitionFile);
  const channels = parameters.channels === 'all' ? acquisition.channels : parameters.channels;
  const wanted = parameters.autofluorescenceChannel;
  const channel = channels.includes(wanted) ? wanted : Math.min(...channels);
  const url = `${store.url}/${channelFolder(channel)}`;
  return {
    url,
    imageUrl: url,
    imageFormat: parameters.format === 'zarr' ? WRITTEN_ZARR : PRECOMPUTED,
    sizeVoxels: placement.size,
    voxelSizeUm: placement.voxelSizeUm,
    offsetUm: [0, 0, 0],
    compared: await openSourceIn(store, previewFolder(channel)),
  };
}

async function givenVolume(
  store: ObjectStore,
  url: string,
  { voxelSize }: JobParameters,
): Promise<SampleVolume> {
  const opened = await openSource(url, voxelSize === 'auto' ? {} : { voxelSizeUm: voxelSize });
  const imageUrl = isArrayFile(url) ? await copyVolume(opened, store, `${WORK_FOLDER}sample`, false) : url;
  const { sizeVoxels, voxelSizeUm } = opened.scales[0]!;
  const imageFormat = opened.format ?? PRECOMPUTED;
  return { url, imageUrl, imageFormat, sizeVoxels, voxelSizeUm, offsetUm: opened.offsetUm, compared: opened };
}
