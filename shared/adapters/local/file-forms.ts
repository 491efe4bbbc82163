/**
 * How an object's encoding is held in a folder: as the suffix of its file's name, the way cloud-volume does it
 * (FORMATS section 10). `0-64_0-64_0-64` stored with encoding gzip is the file `0-64_0-64_0-64.gz`.
 *
 * Two kinds of name end in `.gz` in their own right and are plain objects: archives (`brain.nii.gz`, `planes.tar.gz`),
 * whose compression is part of the format, and files beside which the name without suffix exists too.
 */
import type { Encoding } from '../../engine/ports.ts';

const SUFFIXES: readonly (readonly [Encoding, string])[] = [
  ['gzip', '.gz'],
  ['br', '.br'],
  ['zstd', '.zstd'],
];

const ARCHIVE = /\.(nii|tar)$/i;

/** False for names whose compressed form is another object: `brain.nii.gz` is never `brain.nii`. */
const mayBeEncoded = (name: string): boolean => !ARCHIVE.test(name);

export interface FileForm {
  readonly file: string;
  readonly encoding: Encoding | undefined;
}

/** The files that can hold this object, in the order in which they are looked for. */
export function formsOf(file: string): FileForm[] {
  const plain: FileForm = { file, encoding: undefined };
  if (!mayBeEncoded(file)) return [plain];
  return [plain, ...SUFFIXES.map(([encoding, suffix]) => ({ file: file + suffix, encoding }))];
}

/** The object's name for each file's name in one folder; `get` finds the file by it. */
export function objectNames(fileNames: readonly string[]): Map<string, string> {
  const names = new Map(fileNames.map((fileName) => [fileName, fileName]));
  const taken = new Set(fileNames);
  for (const [, suffix] of SUFFIXES) {
    for (const fileName of fileNames) {
      const bare = fileName.slice(0, -suffix.length);
      if (!fileName.endsWith(suffix) || bare === '' || taken.has(bare) || !mayBeEncoded(bare)) continue;
      taken.add(bare);
      names.set(fileName, bare);
    }
  }
  return names;
}
