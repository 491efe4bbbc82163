/** N4 on its plain TypeScript oracles, to compare the kernels with. */
import type { BufferSpecs, Buffers } from '../shared/kernels/kernels.ts';
import { evaluateLogFieldPlane } from '../shared/kernels/oracles/illumination/evaluate-plane.ts';
import { gatherResidualPlane } from '../shared/kernels/oracles/illumination/gather-plane.ts';
import { addToLogHistogram } from '../shared/kernels/oracles/illumination/histogram.ts';
import { bufferArrays } from '../shared/kernels/pixels.ts';
import type { N4Kernels } from '../shared/numerics/n4/n4.ts';

const layout = <S extends BufferSpecs>(specs: S): Buffers<S> =>
  Object.fromEntries(
    Object.entries(specs).map(([name, { type, length }]) => [name, new bufferArrays[type](length)]),
  ) as Buffers<S>;

export const n4Oracle: N4Kernels = { layout, evaluateLogFieldPlane, addToLogHistogram, gatherResidualPlane };
