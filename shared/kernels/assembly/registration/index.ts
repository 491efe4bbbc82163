// The kernels of registration in a module of their own, whose memory is shared between threads; `../../registration.ts` loads it.

export { affineSums } from './affine';
export { blockSums, blurAcross, blurX, blurY, cubicSums, gains, refine } from './contrast';
export { flowStep, flowStepAdjoint } from './flow';
export { classify } from './kinds';
export { predict, splatPull } from './matching';
export { misfit, pull } from './misfit';
export { filterRow, transformPlane } from './smooth';
export { addParts, combine, dot, fill } from './vectors';

/** Where buffers may begin. */
export function firstFreeByte(): usize {
  return __heap_base;
}
