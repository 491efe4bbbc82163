// L^-1 on pairs of fields, one as the real and one as the imaginary part: see ../../oracles/registration/smooth.ts
import { transformLine } from './fft';

@inline function gather(re: usize, im: usize, strideBytes: usize, length: i32, line: usize): void {
  for (let i = 0; i < length; i++, line += 32, re += strideBytes, im += strideBytes) {
    v128.store(line, v128.load(re));
    v128.store(line, v128.load(im), 16);
  }
}

@inline function scatter(line: usize, re: usize, im: usize, strideBytes: usize, length: i32): void {
  for (let i = 0; i < length; i++, line += 32, re += strideBytes, im += strideBytes) {
    v128.store(re, v128.load(line));
    v128.store(im, v128.load(line, 16));
  }
}

/** Along x and y of one plane. Swapping re and im, in the call, turns the transform into its inverse. */
export function transformPlane(re: usize, im: usize, nx: i32, ny: i32, rootsX: usize, rootsY: usize, scratch: usize): void {
  const longest = (<usize>max(nx, ny)) << 5;
  const rowBytes = (<usize>nx) << 4;
  for (let y = 0; y < ny; y++) {
    const at = <usize>y * rowBytes;
    gather(re + at, im + at, 16, nx, scratch);
    scatter(transformLine(scratch, scratch + longest, nx, rootsX), re + at, im + at, 16, nx);
  }
  for (let x = 0; x < nx; x++) {
    const at = (<usize>x) << 4;
    gather(re + at, im + at, rowBytes, ny, scratch);
    scatter(transformLine(scratch, scratch + longest, ny, rootsY), re + at, im + at, rowBytes, ny);
  }
}

/**
 * Along z of one row of lines, times 1 / Lhat, and back. The three stiffnesses are float32; `scale` is one over the number
 * of nodes.
 */
export function filterRow(re: usize, im: usize, y: i32, nx: i32, ny: i32, nz: i32, rootsZ: usize, stiffX: usize, stiffY: usize, stiffZ: usize, power: i32, scale: f32, scratch: usize): void {
  const planeBytes = (<usize>(nx * ny)) << 4;
  const other = scratch + ((<usize>nz) << 5);
  const ofY = load<f32>(stiffY + ((<usize>y) << 2));
  for (let x = 0; x < nx; x++) {
    const at = ((<usize>(y * nx + x)) << 4);
    gather(re + at, im + at, planeBytes, nz, scratch);
    const forward = transformLine(scratch, other, nz, rootsZ);
    const stiff: f32 = <f32>1 + ofY + load<f32>(stiffX + ((<usize>x) << 2));
    for (let z = 0, e = forward; z < nz; z++, e += 32) {
      const d: f32 = stiff + load<f32>(stiffZ + ((<usize>z) << 2));
      let l = d;
      for (let i = 1; i < power; i++) l *= d;
      const factor = f32x4.splat(scale / l);
      // Swapped, for the way back.
      const real = f32x4.mul(v128.load(e), factor), imaginary = f32x4.mul(v128.load(e, 16), factor);
      v128.store(e, imaginary);
      v128.store(e, real, 16);
    }
    const back = transformLine(forward, forward == scratch ? other : scratch, nz, rootsZ);
    scatter(back, im + at, re + at, planeBytes, nz);
  }
}
