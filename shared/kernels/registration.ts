/** The kernels of registration: a module of their own, whose memory several threads share. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What `assembly/registration/index.ts` exports. Addresses are bytes; see the oracles for what each computes. */
export const REGISTRATION_KERNELS = [
  'flowStep',
  'flowStepAdjoint',
  'predict',
  'splatPull',
  'affineSums',
  'misfit',
  'pull',
  'transformPlane',
  'filterRow',
  'addParts',
  'combine',
  'dot',
  'fill',
  'cubicSums',
  'blockSums',
  'blurX',
  'blurY',
  'blurAcross',
  'gains',
  'refine',
  'classify',
] as const;

export type RegistrationKernel = (typeof REGISTRATION_KERNELS)[number];

export type RegistrationExports = Readonly<Record<RegistrationKernel, (...args: number[]) => number>> & {
  firstFreeByte(): number;
};

/** `WebAssembly.Memory` whose buffer is shared; views of before it grew stay good. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

/** TypeScript declares WebAssembly only together with the browser; this is the part used here. */
declare const WebAssembly: {
  readonly Memory: new (pages: { initial: number; maximum: number; shared: true }) => SharedMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { env: { memory: SharedMemory } },
  ) => { readonly exports: unknown };
};

/** 4 GiB, of address space only until it is used. */
const MOST_PAGES = 65_536;

export function compileRegistration(): { readonly module: object; readonly memory: SharedMemory } {
  const url = new URL('./registration.wasm', import.meta.url);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  return { module: new WebAssembly.Module(readModule(url)), memory };
}

/** One thread's instance over the shared memory. */
export const instantiateRegistration = (module: object, memory: SharedMemory): RegistrationExports =>
  new WebAssembly.Instance(module, { env: { memory } }).exports as RegistrationExports;

function readModule(url: URL): Uint8Array {
  try {
    return readFileSync(url);
  } catch (cause) {
    throw new Error(`${fileURLToPath(url)} cannot be read; npm run build makes it`, { cause });
  }
}
