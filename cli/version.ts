/** The program's version, from package.json: two folders up from `dist/cli`, one up from the sources. */
import { readFile } from 'node:fs/promises';

export async function programVersion(): Promise<string> {
  for (const path of ['../package.json', '../../package.json']) {
    const text = await readFile(new URL(path, import.meta.url), 'utf8').catch(() => undefined);
    if (text !== undefined) return (JSON.parse(text) as { version: string }).version;
  }
  throw new Error('package.json of cloudreg was not found beside the program');
}
