// The kernels in one module; `../kernels.ts` loads it and says what each does.
// Pointers are bytes into the imported memory, counts are voxels; the caller checks sizes.

export { addCrossSpectrum } from './alignment/add-cross-spectrum';
export { addRows, addTurnedRows, addValues } from './alignment/add-rows';
export { columnSquares } from './alignment/column-squares';
export { highPassBox } from './alignment/high-pass-box';
export { multiplyByConjugate } from './alignment/multiply-by-conjugate';
export { padRows } from './alignment/pad-rows';
export { removeTrend } from './alignment/remove-trend';
export { rowMoments } from './alignment/row-moments';
export { stabiliseFloat32, stabiliseUint8, stabiliseUint16 } from './alignment/stabilise';
export { windowRows } from './alignment/window-rows';
export * from './average-planes';
export * from './blend';
export * from './copy-rows';
export * from './correct';
export * from './count-from';
export { gzip } from './gzip/encode';
export { gzipScratchBytes } from './gzip/scratch';
export * from './halve-plane';
export { evaluateLogFieldPlane } from './illumination/evaluate-plane';
export { gatherResidualPlane } from './illumination/gather-plane';
export { addToLogHistogram } from './illumination/histogram';
export { scaleByField } from './illumination/scale-by-field';
export * from './quantise';
export { addBlockSumsUint8, addBlockSumsUint16 } from './survey/add-block-sums';
export { countUint8, countUint16 } from './survey/count-values';
export * from './widen';

/** Where buffers may begin: below lie the module's own constants, if any. */
export function firstFreeByte(): usize {
  return __heap_base;
}
