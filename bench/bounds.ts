/** What a benchmark promises: a figure, and whether it is within its bound. */
export interface Bound {
  readonly what: string;
  readonly found: string;
  readonly expected: string;
  readonly holds: boolean;
}

export const atLeast = (what: string, found: number, least: number, unit = ''): Bound => ({
  what,
  found: `${found.toPrecision(4)}${unit}`,
  expected: `at least ${least}${unit}`,
  holds: found >= least,
});

export const atMost = (what: string, found: number, most: number, unit = ''): Bound => ({
  what,
  found: `${found.toPrecision(4)}${unit}`,
  expected: `at most ${most}${unit}`,
  holds: found <= most,
});

/** One line each, those that are missed marked; the last line counts them. */
export function printBounds(bounds: readonly Bound[], print: (text: string) => void): void {
  const width = Math.max(...bounds.map(({ what }) => what.length));
  for (const { what, found, expected, holds } of bounds)
    print(`  ${what.padEnd(width)}  ${found.padStart(10)}  ${expected}${holds ? '' : '  MISSED'}`);
  const missed = bounds.filter(({ holds }) => !holds).length;
  print(`  ${bounds.length} bounds, ${missed === 0 ? 'all hold' : `${missed} missed`}`);
}
