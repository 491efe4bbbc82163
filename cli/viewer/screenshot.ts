/** A picture of a view, taken by a browser without window once everything in it is drawn. */
import { FailedError } from '../errors.ts';
import { findChromium } from './browser.ts';

export interface Picture {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** How long the viewer may take to draw. */
  readonly limitSeconds: number;
}

/**
 * Software rendering: servers have no graphics card (VIEWER section 2). The page itself is put together without an
 * imitated card, which saves a second of processor time. Chromium refuses its sandbox to root.
 */
export const browserFlags = (): string[] => [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-gpu-compositing',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Throws `FailedError` with what the viewer says where the view is not drawn in time; the picture is written anyway. */
export async function takeScreenshot(
  url: string,
  { file, width, height, limitSeconds }: Picture,
): Promise<void> {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath: findChromium(),
    headless: true,
    args: browserFlags(),
  });
  try {
    const page = await browser.newPage({ viewport: { width, height } });
    await page.goto(url);
    const state = await page.evaluate(`cloudreg.whenDrawn(${limitSeconds * 1000})`);
    await page.screenshot({ path: file });
    const { drawn, problems } = state as { drawn: boolean; problems: readonly string[] };
    if (problems.length > 0) throw new FailedError(`The viewer says: ${problems.join('; ')}`);
    if (!drawn)
      throw new FailedError(
        `The view was not drawn within ${limitSeconds} s; ${file} shows how far it came.`,
      );
  } finally {
    await browser.close();
  }
}
