// Files that are no TypeScript lie beside the JavaScript that loads them, in the sources and in dist alike: the compiled
// kernels, the dashboard's page, and the figures that estimates rest on.
import { copyFileSync, cpSync, mkdirSync } from 'node:fs';

mkdirSync('dist/shared/kernels', { recursive: true });
for (const name of ['kernels.wasm', 'registration.wasm'])
  copyFileSync(`shared/kernels/${name}`, `dist/shared/kernels/${name}`);
cpSync('cli/dashboard/page', 'dist/cli/dashboard/page', { recursive: true });
mkdirSync('dist/cli/estimate', { recursive: true });
for (const name of ['prices.json', 'task-times.json'])
  copyFileSync(`cli/estimate/${name}`, `dist/cli/estimate/${name}`);

// Then the program itself, which finds them there.
await import('./build-program.js');
