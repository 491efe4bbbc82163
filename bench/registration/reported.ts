/** A figure without a bound of its own. */
import type { Figure } from '../placement/figure.ts';

export const reported = (what: string, value: number, digits: number): Figure => ({
  what,
  measured: value.toFixed(digits),
  bound: 'reported',
  held: true,
});
