/** How the samples of a plane lean on a plane of control points. */
export interface SplinePlane {
  /** Along x. */
  readonly samples: number;
  /** Span s has the samples starts[s] .. starts[s + 1] - 1; they lean on the points s .. s + 3. */
  readonly starts: Int32Array;
  /** Along x: four rows of `samples` weights, one row a point; two values more, that a kernel may read. */
  readonly weights: Float64Array;
  readonly rows: number;
  /** Each row leans on `taps` lines of points from firstY on (4; 1 where there is one line), with as many weights. */
  readonly taps: number;
  readonly firstY: Int32Array;
  readonly weightsY: Float64Array;
  /** Room for one line of points. */
  readonly line: Float64Array;
}
