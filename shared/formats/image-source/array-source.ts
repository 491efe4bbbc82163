/** Planes of files that hold one array of numbers in a row (NRRD, NIfTI, npy, MetaImage). */
import type { Vec3 } from '../../geometry/box.ts';
import { type ElementType, elementBytes, makeElements, swapToHost } from '../elements.ts';
import type { ArrayBytes } from './array-bytes.ts';
import { checkPlanes, type ImageFrame, type ImageSource, planeElements } from './image-source.ts';

export interface StoredArray {
  readonly name: string;
  readonly type: ElementType;
  readonly littleEndian: boolean;
  readonly sizeVoxels: Vec3;
  readonly channels: number;
  /** The channels of a voxel lie side by side; else each channel is a volume, one behind the other. */
  readonly interleaved: boolean;
  /** value = stored x slope + intercept, as float32. */
  readonly scaling?: { readonly slope: number; readonly intercept: number } | undefined;
  readonly voxelSizeUm?: Vec3 | undefined;
  readonly frame?: ImageFrame | undefined;
  readonly warnings?: readonly string[];
  /** Each reads forwards on its own: of gzip every channel has one. */
  readonly open: () => ArrayBytes;
}

export function arraySource(array: StoredArray): ImageSource {
  const { name, type, sizeVoxels, channels, voxelSizeUm, frame, warnings = [], scaling } = array;
  const about = { name, sizeVoxels, channels, voxelSizeUm, frame, warnings };
  const stored = array.interleaved && channels > 1 ? interleavedSource : planarSource;
  const source: ImageSource = { ...about, dtype: type, ...stored(array) };
  return scaling === undefined ? source : scaled(source, scaling);
}

type Reading = Pick<ImageSource, 'isForwardOnly' | 'readPlanes' | 'close'>;

function planarSource(array: StoredArray): Reading {
  const { channels, sizeVoxels, type, littleEndian } = array;
  const cursors = Array.from({ length: channels }, array.open);
  const planeBytes = planeElements(array) * elementBytes(type);
  return {
    ...(cursors.some((cursor) => cursor.isForwardOnly) ? { isForwardOnly: true as const } : {}),
    async readPlanes(z0, z1, into) {
      checkPlanes(array, z0, z1, into);
      const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
      const length = (z1 - z0) * planeBytes;
      for (const [channel, cursor] of cursors.entries())
        await cursor.read(
          (channel * sizeVoxels[2] + z0) * planeBytes,
          bytes.subarray(channel * length, (channel + 1) * length),
        );
      swapToHost(bytes, type, littleEndian);
    },
    close: () => closeAll(cursors),
  };
}

function interleavedSource(array: StoredArray): Reading {
  const { channels, type, littleEndian } = array;
  const cursor = array.open();
  const voxels = planeElements(array);
  return {
    ...(cursor.isForwardOnly ? { isForwardOnly: true as const } : {}),
    async readPlanes(z0, z1, into) {
      checkPlanes(array, z0, z1, into);
      const plane = makeElements(type, voxels * channels);
      const bytes = new Uint8Array(plane.buffer, plane.byteOffset, plane.byteLength);
      for (let z = z0; z < z1; z++) {
        await cursor.read(z * bytes.length, bytes);
        swapToHost(bytes, type, littleEndian);
        for (let channel = 0; channel < channels; channel++) {
          const to = ((z1 - z0) * channel + z - z0) * voxels;
          for (let i = 0; i < voxels; i++) into[to + i] = plane[i * channels + channel]!;
        }
      }
    },
    close: () => closeAll([cursor]),
  };
}

async function closeAll(cursors: readonly ArrayBytes[]): Promise<void> {
  for (const cursor of cursors) await cursor.close();
}

function scaled(source: ImageSource, { slope, intercept }: NonNullable<StoredArray['scaling']>): ImageSource {
  const voxels = planeElements(source);
  return {
    ...source,
    dtype: 'float32',
    async readPlanes(z0, z1, into) {
      checkPlanes(source, z0, z1, into);
      const plane = makeElements(source.dtype, voxels * source.channels);
      for (let z = z0; z < z1; z++) {
        await source.readPlanes(z, z + 1, plane);
        for (let channel = 0; channel < source.channels; channel++) {
          const to = ((z1 - z0) * channel + z - z0) * voxels;
          for (let i = 0; i < voxels; i++)
            into[to + i] = Number(plane[channel * voxels + i]!) * slope + intercept;
        }
      }
    },
  };
}
