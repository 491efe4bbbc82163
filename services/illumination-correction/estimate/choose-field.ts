/** `--illumination`: the field of a volume, whether it is applied, and why. */
import { fieldBlock } from '../../../shared/illumination/block.ts';
import { leastSd } from '../../../shared/illumination/decide.ts';
import {
  estimateIllumination,
  type IlluminationEstimate,
  type IlluminationMethod,
} from '../../../shared/illumination/estimate.ts';
import { fieldFromStored, type IlluminationField } from '../../../shared/illumination/field.ts';
import { type FieldFigures, fieldFigures } from '../../../shared/illumination/figures.ts';
import { tissueMask } from '../../../shared/illumination/tissue-mask.ts';
import type { LowVolume } from '../../../shared/illumination/volume.ts';
import { withKernels } from '../../../shared/kernels/lend-kernels.ts';
import { checkFrame, isGiven, readGivenField } from './given-field.ts';
import type { LitVolume } from './lit-volume.ts';
import { readLowVolume } from './read-low-volume.ts';

export interface FieldChoice extends IlluminationEstimate {
  /** What the decision follows. */
  readonly rule: string;
  /** What the field was estimated from; absent where nothing was read. */
  readonly low?: LowVolume;
}

export function chooseField(seen: LitVolume, illumination: string): Promise<FieldChoice> {
  if (illumination === 'none') return Promise.resolve(notAsked);
  return isGiven(illumination) ? given(seen, illumination) : estimated(seen, methodOf(illumination));
}

const notAsked: FieldChoice = {
  decision: 'none',
  reason: 'not asked for',
  rule: 'never',
  isProblem: false,
};

/** `n4` is `n4:2`. */
function methodOf(illumination: string): IlluminationMethod {
  if (illumination === 'auto' || illumination === 'cloudreg') return { kind: illumination };
  return { kind: 'n4', levels: Number(illumination.split(':')[1] ?? DEFAULT_LEVELS) };
}

/** ILLUMINATION section 3: the best choice up to a standard deviation of 0.3. */
const DEFAULT_LEVELS = 2;

const rules: Readonly<Record<IlluminationMethod['kind'], string>> = {
  auto: `applied where the standard deviation of the log field found is at least ${leastSd}`,
  n4: 'applied always',
  cloudreg: 'applied always',
};

async function estimated(seen: LitVolume, method: IlluminationMethod): Promise<FieldChoice> {
  const { low, problem } = await readLowVolume(seen.volume, seen.sampling);
  const rule = rules[method.kind];
  if (problem !== undefined) return { decision: 'none', reason: problem, isProblem: true, rule, low };
  const estimate = await withKernels(async (kernels) => estimateIllumination(low, method, kernels));
  return { ...estimate, rule, low };
}

async function given(seen: LitVolume, url: string): Promise<FieldChoice> {
  const file = await readGivenField(url, seen.lit);
  checkFrame(url, file, seen.sizeUm);
  const field = fieldFromStored(file);
  const { low } = await readLowVolume(seen.volume, seen.sampling);
  const choice = {
    decision: 'apply',
    reason: `given: ${url}`,
    rule: 'applied always',
    isProblem: false,
  } as const;
  const figures = figuresOf(field, low);
  return { ...choice, field, low, ...(figures === undefined ? {} : { figures }) };
}

/** Undefined where no tissue is found to say it of. */
function figuresOf(field: IlluminationField, low: LowVolume): FieldFigures | undefined {
  const tissue = tissueMask(low);
  if (!tissue.includes(1)) return undefined;
  const block = { voxelSizeUm: low.voxelSizeUm, origin: [0, 0, 0], size: low.size } as const;
  const logField = fieldBlock(field, block).map((factor) => -Math.log(factor));
  return fieldFigures(logField, 0, tissue);
}
