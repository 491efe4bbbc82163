import { describe, expect, it } from 'vitest';
import { KernelMemoryError, loadKernels } from '../../shared/kernels/kernels.ts';

const float32 = (length: number) => ({ type: 'float32' as const, length });

describe('layout', () => {
  it('places every buffer on 16 bytes, one behind the other, without overlap', () => {
    const buffers = loadKernels().layout({
      a: { type: 'uint8', length: 3 },
      b: { type: 'uint16', length: 5 },
      empty: float32(0),
      c: float32(7),
    });
    expect(buffers.a).toBeInstanceOf(Uint8Array);
    expect(buffers.b).toBeInstanceOf(Uint16Array);
    expect(buffers.c).toBeInstanceOf(Float32Array);
    let end = 0;
    for (const view of Object.values(buffers)) {
      expect(view.byteOffset % 16).toBe(0);
      expect(view.byteOffset).toBeGreaterThanOrEqual(end);
      end = view.byteOffset + view.byteLength;
    }
  });

  it('zeroes what an earlier layout left behind, grown or not', () => {
    const kernels = loadKernels();
    kernels.layout({ a: float32(100) }).a.fill(7);
    const again = kernels.layout({ b: float32(50), c: float32(50) });
    expect([...again.b, ...again.c].every((value) => value === 0)).toBe(true);
    again.c.fill(7);
    expect(kernels.layout({ d: float32(100_000) }).d.every((value) => value === 0)).toBe(true);
  });

  it('makes views of an earlier, smaller layout unusable: kernels refuse them by name', () => {
    const kernels = loadKernels();
    const old = kernels.layout({ a: float32(1), out: float32(1) });
    const fresh = kernels.layout({ a: float32(100_000), out: float32(100_000) });
    expect(() => kernels.widen(old.a, fresh.out)).toThrow(
      'values does not lie in the memory of these kernels',
    );
    const flat = { factor: new Float32Array(100_000), width: 100 };
    expect(() => kernels.correct(fresh.a, 100, flat, 0, fresh.out, 100, 100, 9)).toThrow(
      'flat does not lie in the memory of these kernels',
    );
  });

  it('says how much was asked for where it does not fit', () => {
    const kernels = loadKernels();
    const tooMuch = { sum: float32(2 ** 29), weight: float32(2 ** 29) };
    expect(() => kernels.layout(tooMuch)).toThrow(KernelMemoryError);
    expect(() => kernels.layout(tooMuch)).toThrow(
      /4097 MiB \(sum 536870912 x float32, weight .*expected at most 4096/,
    );
    expect(() => kernels.layout({ a: float32(1.5) })).toThrow('buffer a: length 1.5');
  });
});

describe('kernels', () => {
  const kernels = loadKernels();
  const buffers = kernels.layout({
    short: float32(3),
    long: float32(16),
    row: float32(4),
    raw: { type: 'uint8', length: 16 },
  });
  const { short, long, row, raw } = buffers;

  it('refuse arrays that are too short before they write a voxel', () => {
    expect(() => kernels.correct(raw, 4, undefined, 0, short, 4, 4, 4)).toThrow(
      'out has 3 voxels, expected at least 16',
    );
    expect(() => kernels.correct(raw, 4, { factor: short, width: 4 }, 0, long, 4, 4, 4)).toThrow(
      'flat has 3 voxels',
    );
    expect(() => kernels.correct(short, 4, undefined, 0, long, 4, 4, 4)).toThrow('raw has 3 voxels');
    expect(() => kernels.quantise(long, 4, short, 4, 4, 4)).toThrow('out has 3 voxels');
    expect(() => kernels.quantise(short, 4, long, 4, 4, 4)).toThrow('values has 3 voxels');
    expect(() => kernels.widen(raw, short)).toThrow('out has 3 voxels');
    expect(() => kernels.copyRows(long, 4, short, 4, 4, 1)).toThrow('to has 3 voxels, expected at least 4');
    expect(() => kernels.copyRows(short, 2, long, 2, 2, 2)).toThrow('from has 3 voxels, expected at least 4');
    expect(() => kernels.copyRows(long, 3, long, 4, 4, 2)).toThrow(
      '4 columns of from, expected at most its 3',
    );
    expect(() => kernels.copyRows(raw, 4, long, 4, 4, 2)).toThrow('to is float32, expected uint8');
    expect(() => kernels.averagePlanes(long, short, long)).toThrow('b has 3 voxels');
    expect(() => kernels.averagePlanes(long, long, short)).toThrow('out has 3 voxels');
    expect(() => kernels.halvePlane(short, 2, 2, long)).toThrow('plane has 3 voxels');
    expect(() => kernels.halvePlane(long, 4, 4, short)).toThrow('out has 3 voxels, expected at least 4');
    expect(() => kernels.halvePlane(long, -1, 4, long)).toThrow('width is -1');
    expect([...long]).toEqual(new Array(16).fill(0));
  });

  it('refuse ramps and overlaps that are too short', () => {
    expect(() => kernels.blend(long, -1, 1, row, row, long, long)).toThrow('columns is -1');
    expect(() => kernels.blend(long, 4, 4, short, row, long, long)).toThrow('rampX has 3 voxels');
    expect(() => kernels.blend(long, 4, 4, row, short, long, long)).toThrow('rampY has 3 voxels');
    expect(() => kernels.blend(short, 4, 4, row, row, long, long)).toThrow('values has 3 voxels');
    expect(() => kernels.blend(long, 4, 4, row, row, short, long)).toThrow('blended has 3 voxels');
    expect(() => kernels.blend(long, 4, 4, row, row, long, short)).toThrow('weight has 3 voxels');
  });
});
