import { expect, it, vi } from 'vitest';
import { previewFile } from '../../../../shared/acquisition/preview.ts';
import { REPORT_FOLDER } from '../../../../shared/acquisition/quality-report.ts';
import { makeReport, threeByThree } from './seen-acquisition.ts';
import { gridPairs } from './tile-grid.ts';

vi.mock('sharp', () => ({
  default: () => {
    throw new Error('no libvips for this machine');
  },
}));

it('on a machine that cannot draw, the report is written without pictures, and says so', async () => {
  const synthetic = await threeByThree({ 4: [50, 0, 0] });
  const { json, text, store } = await makeReport(synthetic, { pairs: gridPairs(synthetic.placement) });
  expect(await store.head(previewFile(0).key)).toBeDefined();
  const files: string[] = [];
  for await (const { key } of store.list(REPORT_FOLDER)) files.push(key);
  expect(files).toEqual(['report/report.json', 'report/report.md']);

  expect(json.worthALook.map(({ kind }) => kind)).toContain('shifted-tile');
  expect(json.worthALook.every(({ picture }) => picture === null)).toBe(true);
  expect(json.seams).toHaveLength(12);
  expect(json.notes).toHaveLength(1);
  expect(json.notes![0]).toContain('no libvips for this machine');
  expect(text).toContain(json.notes![0]);
  expect(text).not.toContain('![');
});
