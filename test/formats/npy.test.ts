import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ArrayFileError } from '../../shared/formats/array-file.ts';
import { readNpy, toFloat32 } from '../../shared/formats/npy.ts';

/** A file as numpy writes it: format 1, header padded to 64 bytes. */
function npyFile(descr: string, shape: string, data: Uint8Array, fortranOrder = 'False'): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': ${fortranOrder}, 'shape': ${shape}, }`;
  const header = `${text.padEnd(128 - 10 - 1)}\n`;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]);
  return Buffer.concat([start, Buffer.from(header), data]);
}

const bytesOf = (array: Uint16Array | Float64Array | BigInt64Array) => new Uint8Array(array.buffer);
const six = bytesOf(Uint16Array.of(1, 2, 3, 4, 5, 6));

describe('npy files', () => {
  it('in C order have their last axis fastest', () => {
    const array = readNpy(npyFile('<u2', '(2, 3)', six));
    expect(array).toMatchObject({ type: 'u2', shape: [2, 3], strides: [3, 1] });
    expect(array.data).toEqual(Uint16Array.of(1, 2, 3, 4, 5, 6));
  });

  it('in Fortran order have their first axis fastest', () => {
    const array = readNpy(npyFile('<u2', '(1, 2, 3)', six, 'True'));
    expect(array).toMatchObject({ shape: [1, 2, 3], strides: [1, 1, 2] });
  });

  it('may be compressed, of one axis or none, and big endian', () => {
    expect(readNpy(gzipSync(npyFile('<u2', '(6,)', six))).shape).toEqual([6]);
    expect(readNpy(npyFile('<f8', '()', bytesOf(Float64Array.of(2.5))))).toMatchObject({
      shape: [],
      strides: [],
    });
    const swapped = readNpy(npyFile('>u2', '(3,)', Uint8Array.of(0, 1, 1, 0, 2, 3)));
    expect(swapped.data).toEqual(Uint16Array.of(1, 256, 515));
    expect(readNpy(npyFile('|b1', '(2,)', Uint8Array.of(0, 1))).data).toEqual(Uint8Array.of(0, 1));
  });

  it('become float32 whatever their type', () => {
    const long = readNpy(npyFile('<i8', '(2,)', bytesOf(BigInt64Array.of(-3n, 9n))));
    expect(toFloat32(long)).toEqual(Float32Array.of(-3, 9));
    expect(toFloat32(readNpy(npyFile('<u2', '(6,)', six)))[5]).toBe(6);
  });

  it('are refused when they are something else, of an unknown type, or cut short', () => {
    expect(() => readNpy(Buffer.from('P5 12 13'))).toThrow(ArrayFileError);
    expect(() => readNpy(npyFile('<c8', '(1,)', new Uint8Array(8)))).toThrow('is not read here');
    expect(() => readNpy(npyFile('<u2', '(2, 4)', six))).toThrow('12 bytes of data, expected 16 (8 of u2)');
  });
});
