/** A flat field as a picture: what each pixel is multiplied by, with a scale of colours. */
import type { FlatField } from '../../../shared/acquisition/flat-field.ts';
import { channelFolder } from '../../output-volume.ts';
import { colourOf } from './colour-scale.ts';
import { drawPicture, rgbImage } from './draw.ts';
import type { Panel } from './drawing.ts';
import { COLOURS, line, text } from './svg.ts';

const LONG_SIDE = 440;
const MARGIN = 28;
const HEADER = 84;
const BAR = { width: 22, gap: 26, steps: 128, ticks: 5 };
const PAGE_WIDTH = 560;

export async function flatFieldPicture(channel: number, field: FlatField): Promise<Uint8Array> {
  const { width, height, factor } = field;
  const [low, high] = extremes(factor);
  const shareOf = (value: number): number => (high > low ? (value - low) / (high - low) : 0);
  const scale = LONG_SIDE / Math.max(width, height);
  const panel = panelAt(
    MARGIN,
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  const bar = panelAt(panel.left + panel.width + BAR.gap, BAR.width, Math.max(120, panel.height));
  const images = [
    { image: rgbImage(width, height, (i) => colourOf(shareOf(factor[i]!))), panel },
    { image: rgbImage(1, BAR.steps, (i) => colourOf(1 - i / (BAR.steps - 1))), panel: bar },
  ];
  const name = channelFolder(channel);
  const parts = [
    text([MARGIN, 36], `${name}, flat field as applied`, { size: 19, weight: 600 }),
    text([MARGIN, 58], `a pixel less background is multiplied by ${low.toFixed(3)} to ${high.toFixed(3)}`, {
      fill: COLOURS.muted,
    }),
    ...ticks(bar, low, high),
  ];
  const pageWidth = Math.max(PAGE_WIDTH, bar.left + bar.width + 90);
  return drawPicture(pageWidth, HEADER + Math.max(panel.height, bar.height) + MARGIN, images, parts);
}

const panelAt = (left: number, width: number, height: number): Panel => ({
  left,
  top: HEADER,
  width,
  height,
});

function ticks({ left, top, width, height }: Panel, low: number, high: number): string[] {
  return Array.from({ length: BAR.ticks }, (_, n) => {
    const share = n / (BAR.ticks - 1);
    const y = top + height * (1 - share);
    const at = left + width;
    return (
      line([at, y], [at + 6, y], COLOURS.text, 1.2) +
      text([at + 11, y + 4.5], (low + share * (high - low)).toFixed(3), { size: 12 })
    );
  });
}

function extremes(factor: Float32Array): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of factor) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
