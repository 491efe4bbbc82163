import { endianness } from 'node:os';

/** Voxels are read and written in place, so the machine's order must be the format's (FORMATS section 3). */
export function requireLittleEndian(): void {
  if (endianness() !== 'LE')
    throw new Error('Volumes can be read and written on little-endian machines only');
}
