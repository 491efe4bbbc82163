import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';

/** fontconfig reads this once, when the first word is drawn: hence a file of its own, which runs in its own process. */
const folder = mkdtempSync(join(tmpdir(), 'cloudreg-fontless-'));
writeFileSync(
  join(folder, 'fonts.conf'),
  `<?xml version="1.0"?><fontconfig><dir>${folder}/none</dir><cachedir>${folder}/cache</cachedir></fontconfig>`,
);
vi.stubEnv('FONTCONFIG_FILE', join(folder, 'fonts.conf'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { canDrawWords } = await import('../../../shared/pictures/drawing.ts');
const { drawPage } = await import('../../../services/stitching/report/drawing.ts');
const { box, text } = await import('../../../services/stitching/report/svg.ts');

it('a machine without fonts draws pictures without words, where others would be boxes', async () => {
  expect(await canDrawWords()).toBe(false);
  const rest = [box([2, 2], 20, 10, '#fff')];
  const words = await drawPage(80, 40, [], [...rest, text([10, 30], 'LOC003')]);
  expect(Buffer.compare(words, await drawPage(80, 40, [], rest))).toBe(0);
});
