/** The files of the bundled Neuroglancer client (scripts/build-viewer.js). */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RefusedError } from '../../errors.ts';
import { type Answer, textAnswer } from './answer.ts';

/** Beside the compiled program; one level further up where the sources run as they are. */
export const CLIENT_FOLDERS = ['../../../viewer/', '../../../dist/viewer/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

const NAME = /^[\w.-]+$/;

/** `name` is empty for the page itself. */
export async function clientAnswer(folder: string, name: string, method: string): Promise<Answer> {
  const file = name === '' ? 'index.html' : name;
  if (!NAME.test(file) || file.startsWith('.')) return textAnswer(404, `${file} is not part of the viewer`);
  const body = await readFile(join(folder, file)).catch(unlessAbsent);
  if (body === undefined) return textAnswer(404, `${file} is not part of the viewer`);
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  const headers = {
    'content-type': type,
    'content-length': String(body.length),
    'cache-control': 'no-cache',
  };
  return method === 'HEAD' ? { status: 200, headers } : { status: 200, headers, body };
}

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** The folder of the client that was built. */
export async function clientFolder(): Promise<string> {
  for (const folder of CLIENT_FOLDERS)
    if ((await readFile(join(folder, 'index.html')).catch(unlessAbsent)) !== undefined) return folder;
  throw new RefusedError(
    `The viewer's page is missing (${CLIENT_FOLDERS[0]}): it is made by npm run build:viewer.`,
  );
}
