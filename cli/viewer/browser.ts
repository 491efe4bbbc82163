/** The user's browser, to open a page; a Chromium without window, to take a picture. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { RefusedError } from '../errors.ts';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** False where this machine has no way to open a page: the address is printed anyway. */
export function openBrowser(url: string): Promise<boolean> {
  const [program, ...words] = OPENERS[process.platform] ?? ['xdg-open'];
  return new Promise((resolve) => {
    const child = spawn(program, [...words, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome.exe',
  'msedge.exe',
];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** `CLOUDREG_BROWSER`, or the first Chromium or Chrome of this machine. Throws `RefusedError`. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string {
  const { CLOUDREG_BROWSER: wish = '', PATH: path = '' } = environment;
  if (wish !== '') {
    if (existsSync(wish)) return wish;
    throw new RefusedError(
      `CLOUDREG_BROWSER is ${wish}, which is not there: give the path of Chromium or Chrome.`,
    );
  }
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const found = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...PLACES].find(
    existsSync,
  );
  if (found !== undefined) return found;
  throw new RefusedError(
    'No Chromium or Chrome was found, which --screenshot needs: install one (Debian: apt install chromium), ' +
      'or name it in CLOUDREG_BROWSER.',
  );
}
