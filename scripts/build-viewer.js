// Bundles Neuroglancer's client into dist/viewer, which our package ships: users install nothing to look at a volume.
// Upstream says that esbuild is not supported, for one reason: it leaves `new URL(…, import.meta.url)` alone (docs/specs/VIEWER.md §1).
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const LIBRARY = resolve('node_modules/neuroglancer/lib');
const ICONS = [resolve('node_modules/ikonate/icons'), resolve('cli/viewer/client/icons')];
const CLIENT = resolve('cli/viewer/client');
const OUTPUT = resolve('dist/viewer');

/** Icons as text; the registry's ikonate lacks three of those that Neuroglancer uses, which lie in our folder. */
const icons = {
  name: 'icons',
  setup(bundler) {
    bundler.onResolve({ filter: /\.svg\?raw$/ }, ({ path, resolveDir }) => ({
      path: iconFile(path.replace(/\?raw$/, ''), resolveDir),
      namespace: 'icon',
    }));
    bundler.onLoad({ filter: /.*/, namespace: 'icon' }, ({ path }) => ({
      contents: readFileSync(path, 'utf8'),
      loader: 'text',
    }));
  },
};

function iconFile(path, importedFrom) {
  const places = path.startsWith('ikonate/')
    ? ICONS.map((folder) => join(folder, basename(path)))
    : [resolve(importedFrom, path)];
  const found = places.find(existsSync);
  if (found === undefined)
    throw new Error(`the icon ${path} of Neuroglancer is missing: draw it in ${ICONS[1]}`);
  return found;
}

/** Workers and decoders are named beside the bundle, where everything lies in one folder. */
const neighbours = {
  name: 'neighbours',
  setup(bundler) {
    bundler.onLoad({ filter: /neuroglancer[\\/]lib[\\/].*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/new URL\("([^"]+)",\s*import\.meta\.url\)/g, (_, url) => {
        const name = basename(url);
        if (/\.(wasm|html)$/.test(name)) copyFileSync(resolve(dirname(path), url), join(OUTPUT, name));
        return `new URL("./${name}", import.meta.url)`;
      }),
      loader: 'js',
      resolveDir: dirname(path),
    }));
  },
};

const only = (kind, names) => [
  `neuroglancer/${kind}:none_by_default`,
  ...names.map((name) => `neuroglancer/${kind}/${name}:enabled`),
];

rmSync(OUTPUT, { recursive: true, force: true });
mkdirSync(OUTPUT, { recursive: true });
await build({
  entryPoints: {
    main: join(CLIENT, 'main.js'),
    'chunk_worker.bundle': join(LIBRARY, 'chunk_worker.bundle.js'),
    'async_computation.bundle': join(LIBRARY, 'async_computation.bundle.js'),
  },
  outdir: OUTPUT,
  bundle: true,
  // Each of the three whole, without pieces in common: the first picture waits for no second request.
  format: 'esm',
  minify: true,
  platform: 'browser',
  target: 'es2022',
  legalComments: 'linked',
  logLevel: 'warning',
  plugins: [icons, neighbours],
  conditions: [
    ...only('datasource', ['precomputed', 'zarr']),
    ...only('kvstore', ['http', 's3', 'gzip', 'byte_range']),
    ...only('layer', ['image', 'segmentation', 'annotation']),
  ],
});
for (const name of ['index.html', 'icon.svg']) copyFileSync(join(CLIENT, name), join(OUTPUT, name));
copyFileSync('node_modules/neuroglancer/LICENSE', join(OUTPUT, 'NEUROGLANCER-LICENSE'));
