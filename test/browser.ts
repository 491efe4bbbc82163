/** A real Chromium for tests of what a browser shows; they skip with a word where none is installed. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { browserFlags } from '../cli/viewer/screenshot.ts';

const CHROMIUM = process.env.CLOUDREG_BROWSER ?? '/usr/bin/chromium';

export const hasChromium = existsSync(CHROMIUM);

/** For the name of the tests that need it. */
export const browserWord = hasChromium ? '' : ` (skipped: no ${CHROMIUM}; Debian: apt install chromium)`;

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, headless: true, args: browserFlags() });

export interface OpenedPage {
  readonly page: Page;
  /** Hosts of every request, as `host:port`. */
  readonly hosts: Set<string>;
}

export async function openPage(
  browser: Browser,
  url: string,
  [width, height] = [400, 300],
): Promise<OpenedPage> {
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: 1 });
  const hosts = new Set<string>();
  page.on('request', (request) => {
    if (/^https?:/.test(request.url())) hosts.add(new URL(request.url()).host);
  });
  await page.goto(url);
  return { page, hosts };
}
