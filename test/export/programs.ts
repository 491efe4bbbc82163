/** Other programs that read what is written here; tests skip where one is not installed. */
import { execFileSync, spawnSync } from 'node:child_process';

/** Debian's packages are seen by its own Python alone, which may not be the first on the path. */
const pythonWith = (module: string): string | undefined =>
  ['python3', '/usr/bin/python3'].find(
    (program) => spawnSync(program, ['-c', `import ${module}`]).status === 0,
  );

const pythons = { nibabel: pythonWith('nibabel'), numpy: pythonWith('numpy') };

/** Of Debian: python3-nibabel, python3-numpy, teem-apps, libtiff-tools, elastix. */
export const has = {
  nibabel: pythons.nibabel !== undefined,
  numpy: pythons.numpy !== undefined,
  teem: spawnSync('teem-unu', ['about']).error === undefined,
  tiffinfo: spawnSync('tiffinfo', []).error === undefined,
  transformix: spawnSync('transformix', ['--version']).error === undefined,
};

export const output = (program: string, words: readonly string[]): string =>
  execFileSync(program, words, { encoding: 'utf8' });

/** What a Python program that needs the module prints as JSON; `words` are its arguments. */
export const python = (module: keyof typeof pythons, program: string, words: readonly string[]): unknown =>
  JSON.parse(output(pythons[module] ?? 'python3', ['-c', program, ...words]));
