/** What this machine has to offer. */
import { availableParallelism, cpus, totalmem } from 'node:os';

export const availableCores = (): number => availableParallelism();

export const processorName = (): string => cpus()[0]?.model.trim() ?? 'unknown processor';

/** RAM, or the share of it that a container may use. */
export function memoryMiB(): number {
  const limit = process.constrainedMemory();
  const bytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.floor(bytes / 2 ** 20);
}

/** The largest resident memory of this process so far, threads included. */
export const peakRssMiB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

export const machineText = (): string =>
  `${processorName()}, ${availableCores()} cores, ${(memoryMiB() / 1024).toFixed(1)} GiB, Node ${process.versions.node}`;
