// Bundles the command line and the threads that it starts into dist/program: each is then a few files to load instead of
// hundreds, in half of the time. Packages stay outside, but for zod, which alone would take as long as all of ours.
// Unbundled, the same modules lie in dist for those who use them as a library, and for profiles.
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, parse, relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';

const OUTPUT = 'dist/program';
/** What is started by its file: the program, the modules of threads, and the pipeline that the threads of tasks load. */
const STARTED = [
  'cli/main.ts',
  'cli/phantom/tile-worker.ts',
  'services/pipeline.ts',
  'shared/hosts/task-worker.ts',
  'shared/registration/team/team-worker.ts',
];
const BUNDLED_PACKAGES = ['zod'];

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const posix = (path) => path.split(sep).join('/');

/** In the bundle a module still finds the files beside it; what is started lies in one folder with the bundle. */
const neighbours = {
  name: 'neighbours',
  setup(bundler) {
    bundler.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.url')) return;
      const place = posix(relative(OUTPUT, join('dist', relative('.', path)))).replace(/\.ts$/, '.js');
      const contents = text.replace(
        /new URL\('([^']+)', import\.meta\.url\)|import\.meta\.url/g,
        (found, url) => {
          const started = url && startedBy(path, url);
          if (started) return `new URL('./${started}', import.meta.url)`;
          const here = `new URL('${place}', import.meta.url)`;
          return found === 'import.meta.url' ? `${here}.href` : `new URL('${url}', ${here})`;
        },
      );
      return { contents, loader: 'ts' };
    });
  },
};

/** `task-worker.js`, where the module at `path` names it by `url`. */
function startedBy(path, url) {
  const file = posix(relative('.', resolve(dirname(path), url))).replace(/\.js$/, '.ts');
  if (!STARTED.includes(file)) return;
  return `${parse(file).name}.js`;
}

rmSync(OUTPUT, { recursive: true, force: true });
await build({
  entryPoints: Object.fromEntries(STARTED.map((file) => [parse(file).name, file])),
  outdir: OUTPUT,
  bundle: true,
  format: 'esm',
  splitting: true,
  chunkNames: '[name]-[hash]',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  sourcesContent: false,
  external: Object.keys(dependencies).filter((name) => !BUNDLED_PACKAGES.includes(name)),
  plugins: [neighbours],
  logLevel: 'warning',
});
for (const name of BUNDLED_PACKAGES)
  copyFileSync(`node_modules/${name}/LICENSE`, join(OUTPUT, `${name.toUpperCase()}-LICENSE`));
