/** The illumination field of a channel, from its volume at low resolution (ILLUMINATION sections 3 and 4). */
import type { SplineLattice } from '../numerics/bspline.ts';
import { type N4Kernels, type N4Options, n4, n4Defaults } from '../numerics/n4/n4.ts';
import { autoN4, decide, type IlluminationDecision } from './decide.ts';
import type { IlluminationField } from './field.ts';
import { type FieldFigures, fieldFigures, keepingSum } from './figures.ts';
import { tissueMask } from './tissue-mask.ts';
import { type LowVolume, reducedVolume, type Three, volumeProblem } from './volume.ts';

/**
 * `auto`: applied only where the field is beyond what is found on an evenly lit brain. `n4`: whatever field N4 finds; each
 * level (2 unless bias is known to be strong) doubles the spline's spans, and with them what is invented. `cloudreg`: its
 * own rule, for comparison, on the voxels as they are given (it picks every eighth): no mask, the minimum moved to 1, four
 * levels, sum not kept.
 */
export type IlluminationMethod =
  | { readonly kind: 'auto' }
  | { readonly kind: 'n4'; readonly levels: number }
  | { readonly kind: 'cloudreg' };

export interface IlluminationEstimate {
  readonly decision: 'apply' | 'none';
  /** One sentence for people: why. */
  readonly reason: string;
  /** True where nothing could be estimated: the data are not fit for it. */
  readonly isProblem: boolean;
  /** Absent where nothing could be estimated; present, though not to be applied, where the decision is `none`. */
  readonly field?: IlluminationField;
  readonly figures?: FieldFigures;
  /** Rounds done per level. */
  readonly rounds?: readonly number[];
}

/** Never throws for what the voxels are: what makes an estimate impossible becomes the reason. */
export function estimateIllumination(
  volume: LowVolume,
  method: IlluminationMethod,
  kernels?: N4Kernels,
): IlluminationEstimate {
  const problem = volumeProblem(volume);
  if (problem !== undefined) return unfit(problem);
  const low = method.kind === 'cloudreg' ? volume : reducedVolume(volume);
  const small = low.size.findIndex((voxels) => voxels < leastVoxelsOfAuto);
  if (method.kind === 'auto' && small >= 0) return tooSmall(low.size, small);
  const tissue = tissueMask(low);
  const options = n4OptionsOf(method, tissue);
  const tissueProblem = maskProblem(tissue, options.levels.length);
  if (tissueProblem !== undefined) return unfit(tissueProblem);
  const image = { data: method.kind === 'cloudreg' ? raisedToOne(low.data) : low.data, shape: low.size };
  const { lattice, field, rounds } = n4(image, options, kernels);
  const shift = method.kind === 'cloudreg' ? 0 : keepingSum(low.data, field, tissue);
  const figures = fieldFigures(field, shift, tissue);
  const verdict = method.kind === 'auto' ? decide(figures) : askedFor;
  return { ...verdict, isProblem: false, field: placed(raised(lattice, shift), low), figures, rounds };
}

/** Below, a field of two levels has a control point for every few voxels: it follows structures, whatever they are. */
const leastVoxelsOfAuto = 30;

const tooSmall = (size: Three, axis: number): IlluminationEstimate => ({
  decision: 'none',
  reason:
    `at low resolution there are ${size[axis]} voxels along ${'xyz'[axis]}, too few to tell light from anatomy ` +
    `(${leastVoxelsOfAuto})`,
  isProblem: false,
});

const askedFor: IlluminationDecision = { decision: 'apply', reason: 'it was asked for' };

function n4OptionsOf(method: IlluminationMethod, mask: Uint8Array): N4Options {
  if (method.kind === 'auto') return { ...n4Defaults, ...autoN4, mask };
  if (method.kind === 'cloudreg') return { ...n4Defaults, stopRule: 'itk-float32' };
  return { ...n4Defaults, mask, levels: new Array<number>(method.levels).fill(roundsPerLevel) };
}

const roundsPerLevel = 50;

/** CloudReg's way to keep logarithms positive; it stretches what is dark. */
function raisedToOne(data: Float32Array): Float32Array {
  const smallest = data.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  return data.map((value) => Math.fround(value - smallest) + 1);
}

const unfit = (reason: string): IlluminationEstimate => ({ decision: 'none', reason, isProblem: true });

/** The field has a control point for every so much of the volume; tissue that is smaller says nothing about it. */
function maskProblem(mask: Uint8Array, levels: number): string | undefined {
  const share = mask.reduce((sum, label) => sum + label, 0) / mask.length;
  if (share === 0) return 'no tissue was found: nothing stands out from the background';
  const cell = 1 / (2 ** (levels - 1) + 3) ** 3;
  const percent = (part: number) => `${(100 * part).toPrecision(2)} %`;
  if (share >= cell) return undefined;
  return `the tissue fills ${percent(share)} of the volume, less than one cell of the spline (${percent(cell)}): no field can be told from it`;
}

/** b + c everywhere: a spline's weights add up to 1. */
const raised = ({ data, shape }: SplineLattice, c: number): SplineLattice => ({
  data: data.map((point) => point + c),
  shape,
});

/** The lattice with its box: from the first to the last voxel centre. An axis of one voxel gets four equal points. */
function placed(lattice: SplineLattice, { size, voxelSizeUm }: LowVolume): IlluminationField {
  const at = (place: (axis: number) => number) => [place(0), place(1), place(2)] as Three;
  return {
    lattice: lattice.shape.reduce<SplineLattice>(thickened, lattice),
    firstUm: at((axis) => 0.5 * voxelSizeUm[axis]!),
    lastUm: at((axis) => (size[axis]! - 0.5) * voxelSizeUm[axis]!),
  };
}

function thickened(lattice: SplineLattice, points: number, axis: number): SplineLattice {
  if (points > 1) return lattice;
  const { data, shape } = lattice;
  const inner = shape.slice(0, axis).reduce((all, count) => all * count, 1);
  const at = (i: number) => data[Math.floor(i / (4 * inner)) * inner + (i % inner)]!;
  return {
    data: Float64Array.from({ length: 4 * data.length }, (_, i) => at(i)),
    shape: shape.map((count, other) => (other === axis ? 4 : count)),
  };
}
