/** Which EC2 machines a service runs on: those that give each of its tasks the memory and threads that it asks for. */
import type { Service } from './services.ts';

/** What the program may use of a machine's memory; the rest is the system's, and the main thread's. */
export const MEMORY_SHARE = 0.8;
/** Below four cores a machine spends too much of its life on booting and on its own upkeep. */
const FEWEST_CORES = 4;

/** x86-64 throughout: the kernels were measured there. Those with a `d` have a local NVMe disk. */
const GENERATIONS = ['5', '5a', '5d', '6i', '6a', '6id', '7i', '7a'] as const;
/**
 * Memory of each core, and what an hour of it costs as spot: about 40 % of the list price of us-east-1, November 2026.
 * For the dashboard's estimate alone; `cloudreg estimate` looks prices up.
 */
const CLASSES = [
  { letter: 'c', gibPerCore: 2, coreDollars: 0.017 },
  { letter: 'm', gibPerCore: 4, coreDollars: 0.019 },
  { letter: 'r', gibPerCore: 8, coreDollars: 0.025 },
] as const;
/** Every generation of every class has these. */
const SIZES = [
  { suffix: 'xlarge', cores: 4 },
  { suffix: '2xlarge', cores: 8 },
  { suffix: '4xlarge', cores: 16 },
] as const;

export interface MachineTypes {
  /** Of one size, so that one machine counts like another; several, as spot capacity is found in many places. */
  readonly types: readonly string[];
  readonly cores: number;
  readonly memoryMiB: number;
  /** Tasks that run side by side. */
  readonly slots: number;
  /** About. */
  readonly dollarsPerHour: number;
}

/** The smallest that holds the largest task; of that size, the class with memory for a task on every thread. */
export function machineTypesFor({ name, steps }: Service): MachineTypes {
  const threads = Math.max(1, ...steps.map(({ needs }) => needs.threads));
  const memoryMiB = Math.max(0, ...steps.map(({ needs }) => needs.memoryMiB));
  const perCoreMiB = Math.max(0, ...steps.map(({ needs }) => needs.memoryMiB / needs.threads));
  const size = SIZES.find(
    ({ cores }) => cores >= Math.max(threads, FEWEST_CORES) && usableMiB(cores, 8) >= memoryMiB,
  );
  if (size === undefined)
    throw new Error(
      `A task of ${name} asks for ${memoryMiB} MiB and ${threads} threads, more than any machine in ` +
        'stacks/machine-types.ts has. Make its tasks smaller, or add a size there.',
    );
  const roomy = CLASSES.find(
    ({ gibPerCore }) =>
      usableMiB(1, gibPerCore) >= perCoreMiB && usableMiB(size.cores, gibPerCore) >= memoryMiB,
  );
  const { letter, gibPerCore, coreDollars } = roomy ?? CLASSES[2];
  const usable = usableMiB(size.cores, gibPerCore);
  return {
    types: GENERATIONS.map((generation) => `${letter}${generation}.${size.suffix}`),
    cores: size.cores,
    memoryMiB: Math.floor(usable),
    slots: Math.max(
      1,
      Math.min(Math.floor(size.cores / threads), Math.floor(usable / Math.max(1, memoryMiB))),
    ),
    dollarsPerHour: Number((size.cores * coreDollars).toFixed(3)),
  };
}

const usableMiB = (cores: number, gibPerCore: number): number => cores * gibPerCore * 1024 * MEMORY_SHARE;
