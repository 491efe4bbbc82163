/** Backlog and workers over time, a curve for each service, as SVG. */
import type { Sample } from './simulate.ts';

const [WIDTH, PANEL, LEFT, TOP, GAP] = [900, 220, 80, 40, 50] as const;
const PLOT = WIDTH - LEFT - 200;
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

export function plotSvg(samples: readonly Sample[], title: string): string {
  const services = Object.keys(samples[0]?.workers ?? {}).filter((service) =>
    samples.some(({ workers }) => (workers[service] ?? 0) > 0),
  );
  const height = TOP + 2 * (PANEL + GAP);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="${LEFT}" y="22" font-size="15">${title}</text>`,
    ...panel(samples, services, 'messages, waiting and at work', ({ backlog }) => backlog, TOP),
    ...panel(samples, services, 'workers in service', ({ workers }) => workers, TOP + PANEL + GAP),
    ...services.map(
      (service, index) =>
        `<text x="${LEFT + PLOT + 16}" y="${TOP + 16 + 18 * index}" fill="${colour(index)}">${service}</text>`,
    ),
    '</svg>',
    '',
  ].join('\n');
}

function panel(
  samples: readonly Sample[],
  services: readonly string[],
  label: string,
  valuesOf: (sample: Sample) => Readonly<Record<string, number>>,
  top: number,
): string[] {
  const end = Math.max(1, samples.at(-1)?.seconds ?? 1);
  const most = Math.max(
    1,
    ...samples.flatMap((sample) => services.map((name) => valuesOf(sample)[name] ?? 0)),
  );
  const x = (seconds: number): string => (LEFT + (PLOT * seconds) / end).toFixed(1);
  const y = (value: number): string => (top + PANEL * (1 - value / most)).toFixed(1);
  const curve = (service: string): string =>
    samples.map((sample) => `${x(sample.seconds)},${y(valuesOf(sample)[service] ?? 0)}`).join(' ');
  return [
    `<path d="M${LEFT} ${top}V${top + PANEL}H${LEFT + PLOT}" fill="none" stroke="#888"/>`,
    `<text x="${LEFT + 6}" y="${top + 12}" fill="#444">${label}</text>`,
    `<text x="${LEFT - 6}" y="${top + 12}" text-anchor="end">${most.toLocaleString('en-US')}</text>`,
    `<text x="${LEFT - 6}" y="${top + PANEL}" text-anchor="end">0</text>`,
    `<text x="${LEFT + PLOT}" y="${top + PANEL + 16}" text-anchor="end">${(end / 60).toFixed(0)} min</text>`,
    ...services.map(
      (service, index) =>
        `<polyline points="${curve(service)}" fill="none" stroke="${colour(index)}" stroke-width="1.5"/>`,
    ),
  ];
}

const colour = (index: number): string => COLOURS[index % COLOURS.length]!;
