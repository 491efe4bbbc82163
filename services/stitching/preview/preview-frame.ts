/** Size and resolution of the preview: a function of acquisition, placement and parameters alone. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import type { Placement } from '../../../shared/acquisition/placement.ts';
import { surveyGrid } from '../../../shared/acquisition/survey-grid.ts';
import type { Needs } from '../../../shared/engine/step.ts';
import { perAxis, type Vec3 } from '../../../shared/geometry/box.ts';
import { encoderBytes } from '../../../shared/volume/codecs/image-encoder.ts';
import { bytesPerVoxel, chunkBytes, type Mip, planScales } from '../../../shared/volume/scales.ts';
import type { JobParameters } from '../../parameters.ts';

export interface PreviewInputs {
  readonly acquisition: Acquisition;
  readonly placement: Placement;
  readonly parameters: JobParameters;
}

export interface PreviewFrame {
  /** Voxels of the full volume in one of the preview. */
  readonly factor: Vec3;
  readonly size: Vec3;
  readonly voxelSizeUm: Vec3;
  /** Of the precomputed volume; all are made from one block, the whole. */
  readonly mips: readonly Mip[];
  /** Planes assembled from one reading of the reduced tiles. */
  readonly layerPlanes: number;
}

/** What the reduced tiles of a layer may take up. */
const LAYER_BYTES = 2 ** 26;
const CHUNK = 64;

export function previewFrame({ acquisition, placement, parameters }: PreviewInputs): PreviewFrame {
  const { factor, size: tile } = surveyGrid(acquisition, parameters.flatFieldStride);
  const size = perAxis((axis) => Math.ceil(placement.size[axis] / factor[axis]));
  const voxelSizeUm = perAxis((axis) => placement.voxelSizeUm[axis] * factor[axis]);
  const sliceBytes = placement.tiles.length * tile[0] * tile[1] * Float32Array.BYTES_PER_ELEMENT;
  const mips = planScales({
    sizeVoxels: size,
    voxelSizeUm,
    chunkSize: [CHUNK, CHUNK, CHUNK],
    factor: 'auto',
    mips: 'auto',
    dataType: acquisition.dataType,
  });
  const layerPlanes = Math.min(CHUNK, Math.max(4, Math.floor(LAYER_BYTES / sliceBytes)));
  return { factor, size, voxelSizeUm, mips, layerPlanes };
}

/** A layer of reduced tiles, layers of chunks of every mip, chunks on their way, and float planes. */
export function previewNeeds(inputs: PreviewInputs): Needs {
  const { size, mips, layerPlanes } = previewFrame(inputs);
  const [tileX, tileY] = surveyGrid(inputs.acquisition, inputs.parameters.flatFieldStride).size;
  const tiles = inputs.placement.tiles.length * tileX * tileY * (layerPlanes + 2) * 4;
  const chunks = mips.map(
    ({ sizeVoxels: [x, y, z], dataType }) => x * y * Math.min(z, CHUNK) * bytesPerVoxel(dataType),
  );
  const layers = chunks.reduce((sum, layer) => sum + layer, 0) + encoderBytes(chunkBytes(mips[0]!));
  const bytes = tiles + layers + size[0] * size[1] * 4 * 6;
  return {
    memoryMiB: Math.ceil(bytes / 2 ** 20) + RUNTIME_MIB,
    threads: 1,
    seconds: 2 + Math.ceil((size[0] * size[1] * size[2]) / VOXELS_A_SECOND),
  };
}

/** Assembled, compressed and stored. */
const VOXELS_A_SECOND = 9e6;
/** A thread with its JavaScript heap, surveys of the tiles, and the picture. */
const RUNTIME_MIB = 160;
