// The compiled kernels lie beside the JavaScript that loads them, in the sources and in dist alike.
import { copyFileSync, mkdirSync } from 'node:fs';

mkdirSync('dist/shared/kernels', { recursive: true });
for (const name of ['kernels.wasm', 'registration.wasm'])
  copyFileSync(`shared/kernels/${name}`, `dist/shared/kernels/${name}`);
