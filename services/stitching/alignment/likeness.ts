/** How alike two strips are at a shift, of what their own contrast lets expect. */

/** Less may be noise alone (1, or 1.2 where the model of the noise fits badly), wherever one looks. */
export const leastSignal = 1.25;
/**
 * Right pairs reach 0.23 and more (223 pairs of STITCHING's rows); what is found where the true offset lies out of sight,
 * 0.11 at most.
 */
export const leastLikeness = 0.1;
export const enoughLikeness = 0.2;

/**
 * The coarse correlation over that of two strips which show the same, each with noise of its own; 1 where noise is all.
 *
 * @param signal mean square of the high-passed strips, the smaller of both
 */
export const likeness = (ncc: number, signal: number): number =>
  signal < leastSignal ? 1 : ncc / (1 - 1 / signal);
