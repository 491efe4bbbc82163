/** CloudReg's affine from orientations and a person's corrections (CLOUDREG section 7.2, get_affine_matrix). */
import { type Affine, compose, linear, rotation, scaling, translation } from './affine.ts';
import type { Vec3 } from './box.ts';
import { type Orientation, reorientationMatrix } from './orientation.ts';

export interface AtlasAffine {
  readonly from: Orientation;
  readonly to: Orientation;
  readonly translationUm?: Vec3;
  /** About the fixed x, then y, then z axis. */
  readonly rotationDegrees?: Vec3;
  /** Along the output's axes, of everything before it: the translation too. */
  readonly scale?: Vec3;
  /** Of the input volume, corner to corner: its positions are then taken from its corner, not from its centre. */
  readonly sizeUm?: Vec3;
}

/** Takes positions of `from` (um) to positions of `to`, the latter about the centre. */
export function atlasAffine(options: AtlasAffine): Affine {
  const { from, to, translationUm = [0, 0, 0], rotationDegrees = [0, 0, 0], scale = [1, 1, 1] } = options;
  const turned = compose(linear(reorientationMatrix(from, to)), centring(options));
  const moved = compose(translation(translationUm), compose(rotation(rotationDegrees), turned));
  return compose(scaling(scale), moved);
}

const centring = ({ sizeUm }: AtlasAffine): Affine =>
  translation(sizeUm ? [-sizeUm[0] / 2, -sizeUm[1] / 2, -sizeUm[2] / 2] : [0, 0, 0]);
