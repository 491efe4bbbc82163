// Trilinear look-ups in fields of four floats a node: see ../../oracles/registration/vector-field.ts
//
// A grid lies in memory as: last (points less one), lastCell (points less two), perUm, originUm (four float32 each, the fourth
// unused), then int32: bytes from point to point, from row to row, from plane to plane.

export const GRID_BYTES: usize = 64 + 12;

@inline export function last(grid: usize): v128 { return v128.load(grid); }
@inline export function lastCell(grid: usize): v128 { return v128.load(grid, 16); }
@inline export function perUm(grid: usize): v128 { return v128.load(grid, 32); }
@inline export function originUm(grid: usize): v128 { return v128.load(grid, 48); }
@inline export function pointBytes(grid: usize): i32 { return load<i32>(grid, 64); }
@inline export function rowBytes(grid: usize): i32 { return load<i32>(grid, 68); }
@inline export function planeBytes(grid: usize): i32 { return load<i32>(grid, 72); }

@inline export function clampTo(position: v128, grid: usize): v128 {
  return f32x4.min(f32x4.max(position, f32x4.splat(0)), last(grid));
}

@inline export function cellOf(clamped: v128, grid: usize): v128 {
  return f32x4.min(f32x4.floor(clamped), lastCell(grid));
}

@inline export function indexIn(grid: usize, um: v128): v128 {
  return f32x4.mul(f32x4.sub(um, originUm(grid)), perUm(grid));
}

/** Bytes from the first point of a field to the cell's. */
@inline export function offsetOf(cell: v128, grid: usize): usize {
  const index = i32x4.trunc_sat_f32x4_s(cell);
  return i32x4.extract_lane(index, 0) * pointBytes(grid)
    + i32x4.extract_lane(index, 1) * rowBytes(grid)
    + i32x4.extract_lane(index, 2) * planeBytes(grid);
}

@inline export function lane(v: v128, i: u8): v128 {
  return i == 0 ? v128.shuffle<f32>(v, v, 0, 0, 0, 0) : i == 1 ? v128.shuffle<f32>(v, v, 1, 1, 1, 1) : v128.shuffle<f32>(v, v, 2, 2, 2, 2);
}

@inline export function mix(first: v128, second: v128, part: v128): v128 {
  return f32x4.add(first, f32x4.mul(part, f32x4.sub(second, first)));
}

/** The vector of a field at a position in units of its spacing. */
@inline export function vectorAt(field: usize, grid: usize, position: v128): v128 {
  const clamped = clampTo(position, grid);
  const cell = cellOf(clamped, grid);
  const part = f32x4.sub(clamped, cell);
  const a = v128.shuffle<f32>(part, part, 0, 0, 0, 0), b = v128.shuffle<f32>(part, part, 1, 1, 1, 1), c = v128.shuffle<f32>(part, part, 2, 2, 2, 2);
  const row = <usize>rowBytes(grid);
  const near = field + offsetOf(cell, grid), far = near + <usize>planeBytes(grid);
  const n = mix(mix(v128.load(near), v128.load(near, 16), a), mix(v128.load(near + row), v128.load(near + row, 16), a), b);
  const f = mix(mix(v128.load(far), v128.load(far, 16), a), mix(v128.load(far + row), v128.load(far + row, 16), a), b);
  return mix(n, f, c);
}

/** Adds a vector to the eight points around a position, by their weights. */
@inline export function splatAt(field: usize, grid: usize, cell: v128, part: v128, vector: v128): void {
  const a = v128.shuffle<f32>(part, part, 0, 0, 0, 0), b = v128.shuffle<f32>(part, part, 1, 1, 1, 1), c = v128.shuffle<f32>(part, part, 2, 2, 2, 2);
  const row = <usize>rowBytes(grid);
  const near = field + offsetOf(cell, grid), far = near + <usize>planeBytes(grid);
  const vc = f32x4.mul(vector, c), vn = f32x4.sub(vector, vc);
  splatPlane(near, row, vn, a, b);
  splatPlane(far, row, vc, a, b);
}

@inline function splatPlane(at: usize, row: usize, vector: v128, a: v128, b: v128): void {
  const vb = f32x4.mul(vector, b), va = f32x4.sub(vector, vb);
  splatRow(at, va, a);
  splatRow(at + row, vb, a);
}

@inline function splatRow(at: usize, vector: v128, a: v128): void {
  const right = f32x4.mul(vector, a), left = f32x4.sub(vector, right);
  v128.store(at, f32x4.add(v128.load(at), left));
  v128.store(at, f32x4.add(v128.load(at, 16), right), 16);
}

/** a . b over the first three lanes, in all lanes; the fourth of one of them is 0. */
@inline export function dotAll(a: v128, b: v128): v128 {
  const p = f32x4.mul(a, b);
  const q = f32x4.add(p, v128.shuffle<f32>(p, p, 1, 0, 3, 2));
  return f32x4.add(q, v128.shuffle<f32>(q, q, 2, 3, 0, 1));
}
