// The compiler leaves alone what it has compiled before, whether or not it is still there.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Takes away the compiler's notes on `sources` unless all that it made of them is in `outputs`: it then makes all. */
export function forgetUnlessThere(notes, sources, outputs) {
  if (existsSync(notes) && !madeFrom(notes, sources, outputs).every(existsSync)) rmSync(notes);
}

/** The notes name every file that was read: ours, those of packages, and declarations, of which nothing is made. */
function madeFrom(notes, sources, outputs) {
  return filesIn(notes)
    .map((name) => relative(sources, join(dirname(notes), name)))
    .filter((file) => !/^\.\.|^node_modules|\.d\.ts$/.test(file))
    .flatMap((file) => ['.js', '.js.map', '.d.ts'].map((end) => join(outputs, file.replace(/\.ts$/, end))));
}

function filesIn(notes) {
  try {
    return JSON.parse(readFileSync(notes, 'utf8')).fileNames;
  } catch (error) {
    // Cut short: the compiler makes all anew by itself.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
