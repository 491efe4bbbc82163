/** Pictures of the first pose, and of the mirrored one where it fits as well. */
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Affine } from '../../../shared/geometry/affine.ts';
import { DrawingError } from '../../../shared/pictures/drawing.ts';
import { mapOf } from '../../../shared/registration/files/load-transform.ts';
import { REGISTRATION_FOLDER } from '../../../shared/registration/files/registration-files.ts';
import type { Space } from '../../../shared/registration/files/space.ts';
import { centredGrid } from '../../../shared/registration/grid.ts';
import type { PreparedImages } from '../../../shared/registration/prepared-images.ts';
import { loadLabels } from '../../../shared/registration/source/load-labels.ts';
import type { SourceVolume } from '../../../shared/registration/source/source-volume.ts';
import { brightnessSteps, overlayPng } from '../pictures/overlay.ts';
import type { FoundPose } from './find-pose.ts';

export interface OverlaidVolumes {
  readonly sample: Space;
  readonly atlas: Space;
  readonly parcellation: SourceVolume | undefined;
}

/** Contours of regions at this spacing are fine enough for a picture. */
const CONTOUR_UM = 100;
/** Relative, as where the mirror image is doubted. */
const SHOWN_MARGIN = 0.05;

export async function putOverlays(
  store: ObjectStore,
  { sample, atlas }: PreparedImages,
  pose: FoundPose,
  volumes: OverlaidVolumes,
) {
  const contours = volumes.parcellation
    ? await loadLabels(volumes.parcellation, CONTOUR_UM)
    : brightnessSteps(atlas);
  const notes: string[] = [];
  const put = async (name: string, toAtlas: Affine): Promise<string | null> => {
    const key = `${REGISTRATION_FOLDER}${name}.png`;
    try {
      const png = await overlayPng(sample, unbent(toAtlas, volumes), contours);
      await store.put(key, png, { contentType: 'image/png' });
      return key;
    } catch (error) {
      if (!(error instanceof DrawingError)) throw error;
      notes.push(`There is no ${key}: ${error.message}`);
      return null;
    }
  };
  const isDoubted = pose.how === 'search' && pose.mirror.residual <= pose.residual * (1 + SHOWN_MARGIN);
  const overlay = await put('initial', pose.toAtlas);
  const mirrorOverlay = isDoubted ? await put('initial-mirrored', pose.mirror.toAtlas) : null;
  return { overlay, mirrorOverlay, notes };
}

/** The affine map alone. */
const unbent = (toAtlas: Affine, { sample, atlas }: OverlaidVolumes) =>
  mapOf({ toAtlas, velocityGrid: gridOfTwo(), sample, atlas }, new Float32Array(2 * 2 * 2 * 4));

function gridOfTwo() {
  const { size, spacingUm, originUm } = centredGrid([2, 2, 2], [1, 1, 1]);
  return { size: [...size], spacingUm: [...spacingUm], originUm: [...originUm] } as const;
}
