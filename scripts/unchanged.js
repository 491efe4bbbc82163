// What a build made before need not be made again where nothing of what it was made from has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const NOTES = 'node_modules/.cache/cloudreg-build';

/** Calls `make` unless just these `outputs` were made from just these `inputs` before (files, and folders of them). */
export async function unlessUnchanged(name, { inputs, outputs, notes = NOTES }, make) {
  const note = join(notes, name);
  const files = [...inputs, ...outputs];
  if (files.every(existsSync) && existsSync(note) && readFileSync(note, 'utf8') === hashOf(files)) return;
  await make();
  mkdirSync(dirname(note), { recursive: true });
  writeFileSync(note, hashOf(files));
}

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesIn)) {
    const bytes = readFileSync(file);
    hash.update(`${file} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true }).sort();
  return entries.map((entry) => join(path, entry)).filter((file) => statSync(file).isFile());
}
