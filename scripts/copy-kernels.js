// The compiled kernels lie beside the JavaScript that loads them, in the sources and in dist alike.
import { copyFileSync, mkdirSync } from 'node:fs';

mkdirSync('dist/shared/kernels', { recursive: true });
copyFileSync('shared/kernels/kernels.wasm', 'dist/shared/kernels/kernels.wasm');
