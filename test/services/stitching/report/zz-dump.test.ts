import { mkdirSync, writeFileSync } from 'node:fs';
import { it } from 'vitest';
import { REPORT_FOLDER } from '../../../../shared/acquisition/quality-report.ts';
import { featurelessPair, rejectedPair } from './measured-pairs.ts';
import { locOf, makeReport, TILE, type Triple, threeByThree } from './seen-acquisition.ts';
import { changedPairs, gridPairs } from './tile-grid.ts';
it('dumps', async () => {
  const JITTER: Record<number, Triple> = { 1: [3, -2, 1], 3: [-4, 1, 0], 4: [2, 5, -1], 8: [48, 14, 1] };
  const synthetic = await threeByThree(JITTER, {4:[5,6]});
  const factor = Float32Array.from({ length: TILE[0] * TILE[1] }, (_, i) => 0.8 + (i % TILE[0]) / 100);
  const correction = { background: 100, flatField: { width: TILE[0], height: TILE[1], factor } };
  const pairs = changedPairs(gridPairs(synthetic.placement), {
    [`${locOf(1)}-${locOf(4)}`]: (pair) => rejectedPair(pair, [12, pair.nominal[1] - 9, 0]),
    [`${locOf(3)}-${locOf(4)}`]: featurelessPair });
  const { store } = await makeReport(synthetic, { pairs, correction, problems: [
        { kind: 'missing-plane', loc: locOf(4), channel: 0, planes: [[5, 6]], message: 'LOC101 lacks planes 5 to 6' }]});
  mkdirSync('/tmp/rep/report', { recursive: true });
  for await (const { key } of store.list(REPORT_FOLDER)) writeFileSync('/tmp/rep/' + key, (await store.get(key))!.bytes);
});
