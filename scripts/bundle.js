// `npm run bundle -- --out cloudreg.tar.gz [--cpu x64,arm64]`: the program as one file, for machines and containers.
// It holds dist (kernels included), package.json and the production dependencies, with sharp's and libsql's native parts
// for Linux with glibc on each processor asked for. The same sources and lock file give the same bytes. Prints the
// file's SHA-256, which names the build.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { tarOf } from './tar.js';

const PROGRAM = 'dist/program/main.js';
const CPUS = ['x64', 'arm64'];
/** Of dist: what only tests and benchmarks use, the modules that dist/program bundles, and what nobody runs. */
const LEFT_OUT = [
  /^dist\/(bench|test)\//,
  /^dist\/(?!program\/|viewer\/|cli\/dashboard\/page\/).*\.js$/,
  /^dist\/(?!program\/).*\.map$/,
  /\.(d\.ts|tsbuildinfo)$/,
];
/** npm's own notes and links: they differ from machine to machine. */
const NOT_PACKAGES = [/^node_modules\/\.bin\//, /^node_modules\/\.package-lock\.json$/];

const { values } = parseArgs({
  options: { out: { type: 'string' }, cpu: { type: 'string', default: 'x64,arm64' } },
});
if (!values.out) throw new Error('--out is missing: the file to write, for example --out cloudreg.tar.gz');
const cpus = values.cpu.split(',');
for (const cpu of cpus)
  if (!CPUS.includes(cpu)) throw new Error(`--cpu has "${cpu}"; expected some of ${CPUS.join(', ')}`);
if (!existsSync(PROGRAM))
  throw new Error(`${PROGRAM} is not there: run this in the repository, after npm run build`);

const files = new Map();
/** Adds every file below `folder`, named from `root`. */
function addFiles(root, folder, leftOut) {
  for (const entry of readdirSync(join(root, folder), { recursive: true })) {
    const path = join(root, folder, entry);
    const name = relative(root, path).split(sep).join('/');
    if (leftOut.some((pattern) => pattern.test(name)) || !statSync(path).isFile()) continue;
    files.set(name, { name, bytes: readFileSync(path), isProgram: name === PROGRAM });
  }
}

/** npm checks every package against the lock file. Packages of a processor are in folders of their own. */
function addPackages(cpu) {
  const folder = mkdtempSync(join(tmpdir(), 'cloudreg-bundle-'));
  try {
    for (const name of ['package.json', 'package-lock.json']) cpSync(name, join(folder, name));
    const target = ['--os=linux', `--cpu=${cpu}`, '--libc=glibc'];
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    const stdio = ['ignore', 'ignore', 'inherit'];
    execFileSync('npm', ['ci', '--omit=dev', ...target, ...quiet], { cwd: folder, stdio });
    addFiles(folder, 'node_modules', NOT_PACKAGES);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

addFiles('.', 'dist', LEFT_OUT);
for (const name of ['package.json', 'LICENSE'])
  files.set(name, { name, bytes: readFileSync(name), isProgram: false });
for (const cpu of cpus) addPackages(cpu);

const bundle = gzipSync(Buffer.concat([...tarOf(files.values())]), { level: 9 });
writeFileSync(values.out, bundle);
console.error(
  `${values.out}: ${files.size} files, ${(bundle.length / 1e6).toFixed(1)} MB, for ${cpus.join(' and ')}`,
);
console.log(createHash('sha256').update(bundle).digest('hex'));
