/** elastix with the settings of REGISTRATION section 9, given the orientation: affine, then B-splines of 600 um. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boxAt, type Vec3 } from '../../shared/geometry/box.ts';
import { type Orientation, reorientationMatrix } from '../../shared/geometry/orientation.ts';
import { openSource } from '../../shared/registration/source/open-source.ts';
import { atlasPath, type Landmark } from './data.ts';
import { ATLAS_ORIENTATION } from './registered.ts';

const ELASTIX = '/usr/bin/elastix';

export const hasElastix = (): boolean => existsSync(ELASTIX);

export interface ElastixResult {
  /** Landmarks of the sample in the atlas, um from the corner. */
  readonly inAtlas: readonly Vec3[];
  readonly cpuSeconds: number;
}

export async function runElastix(
  samplePath: string,
  orientation: Orientation,
  landmarks: readonly Landmark[],
  folder: string,
): Promise<ElastixResult> {
  mkdirSync(folder, { recursive: true });
  const turn = await putImage(samplePath, orientation, join(folder, 'sample'));
  await putImage(atlasPath('average_template_100.nrrd'), ATLAS_ORIENTATION, join(folder, 'atlas'));
  writeFileSync(join(folder, 'affine.txt'), affineParameters);
  writeFileSync(join(folder, 'bspline.txt'), bsplineParameters);
  const points = landmarks.map(({ sample }) => turn(sample).join(' '));
  writeFileSync(join(folder, 'points.txt'), `point\n${points.length}\n${points.join('\n')}\n`);
  const { cpuSeconds } = timed(
    `elastix -f sample.mhd -m atlas.mhd -p affine.txt -p bspline.txt -out . -threads 1`,
    folder,
  );
  timed('transformix -def points.txt -out . -tp TransformParameters.1.txt -threads 1', folder);
  return { inAtlas: readPoints(join(folder, 'outputpoints.txt')), cpuSeconds };
}

/** MetaImage in the atlas's orientation, positions from the corner; returns how points of the volume are turned. */
async function putImage(path: string, orientation: Orientation, to: string): Promise<(point: Vec3) => Vec3> {
  const source = await openSource(path);
  const { sizeVoxels: n, voxelSizeUm: d } = source.scales[0]!;
  const voxels = await source.read(0, boxAt([0, 0, 0], n));
  const matrix = reorientationMatrix(orientation, ATLAS_ORIENTATION);
  const axes = matrix.map((row) => row.findIndex((value) => value !== 0)) as [number, number, number];
  const isFlipped = axes.map((from, axis) => matrix[axis]![from]! < 0);
  const size = axes.map((from) => n[from]!) as [number, number, number];
  const spacing = axes.map((from) => d[from]!);
  const out = new Float32Array(voxels.length);
  const index = [0, 0, 0];
  for (let i = 0; i < out.length; i++) {
    const own = [i % size[0], Math.floor(i / size[0]) % size[1], Math.floor(i / size[0] / size[1])];
    own.forEach((at, axis) => {
      index[axes[axis]!] = isFlipped[axis] ? size[axis]! - 1 - at : at;
    });
    out[i] = Number(voxels[index[0]! + n[0] * (index[1]! + n[1] * index[2]!)]);
  }
  writeFileSync(`${to}.raw`, out);
  writeFileSync(
    `${to}.mhd`,
    `ObjectType = Image\nNDims = 3\nDimSize = ${size.join(' ')}\nElementSpacing = ${spacing.join(' ')}\n` +
      `Offset = ${spacing.map((um) => um / 2).join(' ')}\nElementType = MET_FLOAT\nElementDataFile = ${to.split('/').pop()}.raw\n`,
  );
  return (point) =>
    axes.map((from, axis) =>
      isFlipped[axis] ? n[from]! * d[from]! - point[from]! : point[from]!,
    ) as unknown as Vec3;
}

function timed(command: string, folder: string): { cpuSeconds: number } {
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', `TIMEFORMAT='%U %S'; time ${command} > ${command.split(' ')[0]}.out`],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  if (status !== 0)
    throw new Error(
      `${command} ended with ${status}; what it said is in ${folder}/${command.split(' ')[0]}.out`,
    );
  const [user, system] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  return { cpuSeconds: user! + system! };
}

const readPoints = (path: string): Vec3[] =>
  [...readFileSync(path, 'utf8').matchAll(/OutputPoint = \[([^\]]*)\]/g)].map(
    ([, numbers]) => numbers!.trim().split(/\s+/).map(Number) as unknown as Vec3,
  );

const common = `(FixedInternalImagePixelType "float")
(MovingInternalImagePixelType "float")
(FixedImageDimension 3)
(MovingImageDimension 3)
(UseDirectionCosines "true")
(Registration "MultiResolutionRegistration")
(Interpolator "LinearInterpolator")
(ResampleInterpolator "FinalBSplineInterpolator")
(Resampler "DefaultResampler")
(FixedImagePyramid "FixedSmoothingImagePyramid")
(MovingImagePyramid "MovingSmoothingImagePyramid")
(Optimizer "AdaptiveStochasticGradientDescent")
(Metric "AdvancedMattesMutualInformation")
(NumberOfHistogramBins 32)
(NumberOfResolutions 4)
(ImageSampler "RandomCoordinate")
(NewSamplesEveryIteration "true")
(HowToCombineTransforms "Compose")
(ErodeMask "false")
(WriteResultImage "false")
(DefaultPixelValue 0)
`;
const affineParameters = `${common}(Transform "AffineTransform")
(AutomaticScalesEstimation "true")
(AutomaticTransformInitialization "true")
(AutomaticTransformInitializationMethod "CenterOfGravity")
(MaximumNumberOfIterations 500)
(NumberOfSpatialSamples 4000)
`;
const bsplineParameters = `${common}(Transform "BSplineTransform")
(FinalGridSpacingInPhysicalUnits 600)
(MaximumNumberOfIterations 1500)
(NumberOfSpatialSamples 8000)
`;
