/** Pieces of SVG for the contact sheet: few, and with what they share said once. */
import { FONTS } from '../../../shared/pictures/drawing.ts';

export const COLOURS = {
  page: '#0d0f14',
  text: '#dfe3ec',
  muted: '#8d95a8',
  outline: '#ffd166',
  /** An arrow that would be longer. */
  cut: '#ff3d6e',
  /** No tile: as in the sections. */
  uncovered: 'rgb(30,36,56)',
} as const;

export type Point = readonly [x: number, y: number];

interface TextStyle {
  readonly size?: number;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly weight?: number;
}

/** Of the 13 px face, on average: enough to put legends side by side. */
const CHARACTER_WIDTH = 7.1;
export const textWidth = (words: string): number => words.length * CHARACTER_WIDTH;

/** With a dark rim, drawn first, that keeps words readable on bright tissue. */
export function text([x, y]: Point, words: string, style: TextStyle = {}): string {
  const { size = 13, fill = COLOURS.text, anchor = 'start', weight = 400 } = style;
  const place = `x="${px(x)}" y="${px(y)}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}"`;
  return (
    `<text ${place} fill="none" stroke="#000" stroke-opacity="0.75" stroke-width="3" stroke-linejoin="round">${words}</text>` +
    `<text ${place} fill="${fill}">${words}</text>`
  );
}

export function outline([x, y]: Point, width: number, height: number, dashed: boolean): string {
  const dashes = dashed ? ' stroke-dasharray="5 4"' : '';
  return `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="none" stroke="${COLOURS.outline}" stroke-opacity="0.7" stroke-width="1.2"${dashes}/>`;
}

/** With a head where it is long enough for one, else a dot. */
export function arrow(from: Point, to: Point, colour: string): string {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  const dot = `<circle cx="${px(from[0])}" cy="${px(from[1])}" r="2.6" fill="${colour}" stroke="#000" stroke-opacity="0.6"/>`;
  if (length < 3) return dot;
  const head = Math.min(9, length * 0.6);
  const [ux, uy] = [dx / length, dy / length];
  const neck: Point = [to[0] - ux * head, to[1] - uy * head];
  const side: Point = [-uy * head * 0.45, ux * head * 0.45];
  const shaft = `M${point(from)}L${point(neck)}`;
  const tip = `M${point(to)}L${point([neck[0] + side[0], neck[1] + side[1]])}L${point([neck[0] - side[0], neck[1] - side[1]])}Z`;
  return (
    `<path d="${shaft}${tip}" stroke="#000" stroke-opacity="0.6" stroke-width="5" fill="none" stroke-linejoin="round"/>${dot}` +
    `<path d="${shaft}" stroke="${colour}" stroke-width="2.2" fill="none"/><path d="${tip}" fill="${colour}"/>`
  );
}

export const line = (from: Point, to: Point, colour: string, width: number, dashes = ''): string =>
  `<path d="M${point(from)}L${point(to)}" stroke="${colour}" stroke-width="${width}" stroke-dasharray="${dashes}" fill="none"/>`;

export const box = ([x, y]: Point, width: number, height: number, fill: string): string =>
  `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="${fill}"/>`;

/** `hasWords`: false leaves out the words of the parts. */
export function svg(width: number, height: number, parts: readonly string[], hasWords = true): Buffer {
  const style = hasWords ? '' : '<style>text { display: none }</style>';
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${FONTS}">${style}${parts.join('')}</svg>`,
  );
}

const px = (value: number): string => value.toFixed(1);
const point = ([x, y]: Point): string => `${px(x)} ${px(y)}`;
