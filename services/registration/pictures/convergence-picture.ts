/** How the fit went on, round by round: misfit of matching tissue, movement of the map, and the two terms of the cost. */
import { FONTS } from '../../../shared/pictures/drawing.ts';
import type { RoundReport } from '../../../shared/registration/register.ts';
import { pngOfSvg } from './png.ts';

const WIDTH = 720;
const PANEL = 190;
const MARGIN = 40;
const COLOURS = ['#7f8ea3', '#e2a03f', '#3fa7e2', '#7fc97f', '#d95f5f'] as const;

export function convergencePng(rounds: readonly RoundReport[]): Promise<Uint8Array> {
  const panels = CURVES.map(({ title, of }, i) => panel(rounds, rounds.map(of), i * PANEL, title));
  const height = CURVES.length * PANEL;
  return pngOfSvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="${FONTS}">` +
      `<rect width="${WIDTH}" height="${height}" fill="#0d0f14"/>${panels.join('')}</svg>`,
  );
}

const CURVES: readonly { readonly title: string; readonly of: (round: RoundReport) => number }[] = [
  { title: 'misfit of matching tissue, in standard deviations of the sample', of: ({ sigma }) => sigma },
  { title: 'mean movement of the map in the round, um', of: ({ movedUm }) => movedUm },
  { title: 'cost: matching, over the square of the misfit', of: ({ matching }) => matching },
  { title: 'cost: regularity', of: ({ regularity }) => regularity },
];

function panel(
  rounds: readonly RoundReport[],
  values: readonly number[],
  top: number,
  title: string,
): string {
  const step = (WIDTH - 2 * MARGIN) / Math.max(1, rounds.length - 1);
  const most = Math.max(...values, Number.MIN_VALUE);
  const floor = top + PANEL - 26;
  const at = (n: number): string =>
    `${(MARGIN + n * step).toFixed(1)},${(floor - (values[n]! / most) * (PANEL - 62)).toFixed(1)}`;
  const levels = [...new Set(rounds.map(({ levelUm }) => levelUm))];
  const lines = levels.map((levelUm, i) => {
    const own = rounds.flatMap((round, n) => (round.levelUm === levelUm ? [n] : []));
    const colour = COLOURS[i % COLOURS.length]!;
    const marks = own.map((n) => {
      const [x, y] = at(n).split(',');
      return `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`;
    });
    const name = `<text x="${(MARGIN + own[0]! * step).toFixed(1)}" y="${floor + 18}" font-size="12" fill="${colour}">${levelUm} um</text>`;
    return `<polyline points="${own.map(at).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${marks.join('')}${name}`;
  });
  const words = `<text x="${MARGIN}" y="${top + 20}" font-size="13" fill="#dfe3ec">${title}, from 0 to ${most.toPrecision(3)}</text>`;
  return `${words}<path d="M${MARGIN} ${floor}H${WIDTH - MARGIN}" stroke="#3a4152"/>${lines.join('')}`;
}
