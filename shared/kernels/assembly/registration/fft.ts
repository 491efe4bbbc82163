// Fourier transforms of lines of complex values, each of them four floats wide: a node's x, y, z and its spare.
// Stockham's autosort with radices 4, 2, 3, 5; see ../../oracles/registration/smooth.ts for what they are used for.
//
// A line has two buffers of 32 bytes an element (four real parts, then four imaginary parts). `roots` holds cos and -sin of
// 2 pi i / length, float32 pairs.

/** Transforms the line in `line`; `other` is scratch. Returns where the result lies: one of the two. */
export function transformLine(line: usize, other: usize, length: i32, roots: usize): usize {
  let n = length, s = 1;
  let from = line, to = other;
  while (n > 1) {
    const radix = n % 4 == 0 ? 4 : n % 2 == 0 ? 2 : n % 3 == 0 ? 3 : 5;
    const m = n / radix;
    // Roots of this stage are every s-th of the line's.
    for (let p = 0; p < m; p++) {
      for (let q = 0; q < s; q++) {
        const a = from + ((<usize>(q + s * p)) << 5), step = (<usize>(s * m)) << 5;
        const b = to + ((<usize>(q + s * radix * p)) << 5), out = (<usize>s) << 5;
        if (radix == 4) butterfly4(a, step, b, out, roots, p * s);
        else if (radix == 2) butterfly2(a, step, b, out, roots, p * s);
        else if (radix == 3) butterfly3(a, step, b, out, roots, p * s);
        else butterfly5(a, step, b, out, roots, p * s);
      }
    }
    n = m;
    s *= radix;
    const swapped = from;
    from = to;
    to = swapped;
  }
  return from;
}

@inline function storeTurned(at: usize, re: v128, im: v128, roots: usize, index: i32): void {
  const c = v128.load32_splat(roots + ((<usize>index) << 3)), s = v128.load32_splat(roots + ((<usize>index) << 3), 4);
  v128.store(at, f32x4.sub(f32x4.mul(re, c), f32x4.mul(im, s)));
  v128.store(at, f32x4.add(f32x4.mul(re, s), f32x4.mul(im, c)), 16);
}

@inline function butterfly2(a: usize, step: usize, b: usize, out: usize, roots: usize, root: i32): void {
  const r0 = v128.load(a), i0 = v128.load(a, 16), r1 = v128.load(a + step), i1 = v128.load(a + step, 16);
  v128.store(b, f32x4.add(r0, r1));
  v128.store(b, f32x4.add(i0, i1), 16);
  storeTurned(b + out, f32x4.sub(r0, r1), f32x4.sub(i0, i1), roots, root);
}

@inline function butterfly4(a: usize, step: usize, b: usize, out: usize, roots: usize, root: i32): void {
  const a1 = a + step, a2 = a1 + step, a3 = a2 + step;
  const r0 = v128.load(a), i0 = v128.load(a, 16), r1 = v128.load(a1), i1 = v128.load(a1, 16);
  const r2 = v128.load(a2), i2 = v128.load(a2, 16), r3 = v128.load(a3), i3 = v128.load(a3, 16);
  const er = f32x4.add(r0, r2), ei = f32x4.add(i0, i2), fr = f32x4.sub(r0, r2), fi = f32x4.sub(i0, i2);
  const gr = f32x4.add(r1, r3), gi = f32x4.add(i1, i3), hr = f32x4.sub(r1, r3), hi = f32x4.sub(i1, i3);
  v128.store(b, f32x4.add(er, gr));
  v128.store(b, f32x4.add(ei, gi), 16);
  storeTurned(b + out, f32x4.add(fr, hi), f32x4.sub(fi, hr), roots, root);
  storeTurned(b + 2 * out, f32x4.sub(er, gr), f32x4.sub(ei, gi), roots, 2 * root);
  storeTurned(b + 3 * out, f32x4.sub(fr, hi), f32x4.add(fi, hr), roots, 3 * root);
}

@inline function butterfly3(a: usize, step: usize, b: usize, out: usize, roots: usize, root: i32): void {
  const a1 = a + step, a2 = a1 + step;
  const r0 = v128.load(a), i0 = v128.load(a, 16), r1 = v128.load(a1), i1 = v128.load(a1, 16), r2 = v128.load(a2), i2 = v128.load(a2, 16);
  const sin = f32x4.splat(<f32>0.8660254037844386), half = f32x4.splat(0.5);
  const sr = f32x4.add(r1, r2), si = f32x4.add(i1, i2);
  const dr = f32x4.mul(sin, f32x4.sub(r1, r2)), di = f32x4.mul(sin, f32x4.sub(i1, i2));
  const mr = f32x4.sub(r0, f32x4.mul(half, sr)), mi = f32x4.sub(i0, f32x4.mul(half, si));
  v128.store(b, f32x4.add(r0, sr));
  v128.store(b, f32x4.add(i0, si), 16);
  storeTurned(b + out, f32x4.add(mr, di), f32x4.sub(mi, dr), roots, root);
  storeTurned(b + 2 * out, f32x4.sub(mr, di), f32x4.add(mi, dr), roots, 2 * root);
}

@inline function butterfly5(a: usize, step: usize, b: usize, out: usize, roots: usize, root: i32): void {
  const a1 = a + step, a2 = a1 + step, a3 = a2 + step, a4 = a3 + step;
  const r0 = v128.load(a), i0 = v128.load(a, 16);
  const pr = f32x4.add(v128.load(a1), v128.load(a4)), pi = f32x4.add(v128.load(a1, 16), v128.load(a4, 16));
  const mr = f32x4.sub(v128.load(a1), v128.load(a4)), mi = f32x4.sub(v128.load(a1, 16), v128.load(a4, 16));
  const qr = f32x4.add(v128.load(a2), v128.load(a3)), qi = f32x4.add(v128.load(a2, 16), v128.load(a3, 16));
  const nr = f32x4.sub(v128.load(a2), v128.load(a3)), ni = f32x4.sub(v128.load(a2, 16), v128.load(a3, 16));
  const c1 = f32x4.splat(<f32>0.30901699437494745), c2 = f32x4.splat(<f32>-0.8090169943749475);
  const s1 = f32x4.splat(<f32>0.9510565162951535), s2 = f32x4.splat(<f32>0.5877852522924731);
  v128.store(b, f32x4.add(r0, f32x4.add(pr, qr)));
  v128.store(b, f32x4.add(i0, f32x4.add(pi, qi)), 16);
  const ar = f32x4.add(r0, f32x4.add(f32x4.mul(c1, pr), f32x4.mul(c2, qr))), ai = f32x4.add(i0, f32x4.add(f32x4.mul(c1, pi), f32x4.mul(c2, qi)));
  const br = f32x4.add(r0, f32x4.add(f32x4.mul(c2, pr), f32x4.mul(c1, qr))), bi = f32x4.add(i0, f32x4.add(f32x4.mul(c2, pi), f32x4.mul(c1, qi)));
  const ur = f32x4.add(f32x4.mul(s1, mr), f32x4.mul(s2, nr)), ui = f32x4.add(f32x4.mul(s1, mi), f32x4.mul(s2, ni));
  const vr = f32x4.sub(f32x4.mul(s2, mr), f32x4.mul(s1, nr)), vi = f32x4.sub(f32x4.mul(s2, mi), f32x4.mul(s1, ni));
  storeTurned(b + out, f32x4.add(ar, ui), f32x4.sub(ai, ur), roots, root);
  storeTurned(b + 2 * out, f32x4.add(br, vi), f32x4.sub(bi, vr), roots, 2 * root);
  storeTurned(b + 3 * out, f32x4.sub(br, vi), f32x4.add(bi, vr), roots, 3 * root);
  storeTurned(b + 4 * out, f32x4.sub(ar, ui), f32x4.add(ai, ur), roots, 4 * root);
}
