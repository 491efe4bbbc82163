import { describe, expect, it } from 'vitest';
import { readNpy } from '../../shared/formats/npy.ts';
import { encodeNpy, npyHeader } from '../../shared/formats/npy-write.ts';

describe('writing .npy', () => {
  it.each([
    ['u1', Uint8Array.from([0, 1, 255]), [3]],
    ['u2', Uint16Array.from([0, 258, 65_535, 7, 8, 9]), [2, 3]],
    ['f4', Float32Array.from([0, -1.5, Number.NaN, 3e38]), [1, 2, 2]],
    ['f4', new Float32Array(0), [0, 4, 4]],
  ] as const)('%s is read back as it was', (type, data, shape) => {
    const found = readNpy(encodeNpy(data, shape));
    expect(found).toMatchObject({ type, shape: [...shape] });
    expect(found.data).toEqual(data);
  });

  it('has the header that numpy writes', () => {
    const header = Buffer.from(npyHeader('f4', [4, 20, 30]));
    expect(header.subarray(0, 10)).toEqual(Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'));
    expect(header.subarray(10).toString('latin1')).toBe(
      `${"{'descr': '<f4', 'fortran_order': False, 'shape': (4, 20, 30), }".padEnd(117)}\n`,
    );
    expect(npyHeader('u1', [3]).length % 64).toBe(0);
  });

  it('refuses a shape that is not that of the data', () => {
    expect(() => encodeNpy(new Float32Array(5), [2, 3])).toThrow('5 elements, but the shape (2, 3) has 6');
  });
});
