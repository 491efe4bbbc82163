/** Colours for numbers: dark blue to yellow, rising in lightness, so that they read in grey too (after viridis). */
export type Rgb = readonly [number, number, number];

const STOPS: readonly Rgb[] = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];

/** `share`: 0 to 1. */
export function colourOf(share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const index = Math.min(STOPS.length - 2, Math.floor(at));
  const [from, to] = [STOPS[index]!, STOPS[index + 1]!];
  const mixed = (channel: 0 | 1 | 2) =>
    Math.round(from[channel] + (at - index) * (to[channel] - from[channel]));
  return [mixed(0), mixed(1), mixed(2)];
}
