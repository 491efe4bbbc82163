/** A COLM acquisition small enough to run in a second: seeded noise, 4x objective, overlap of a quarter. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeTiff } from '../../shared/formats/tiff/write.ts';

export interface SmallAcquisition {
  readonly rows: number;
  readonly columns: number;
  readonly sizeVoxels: number;
  readonly planes: number;
  readonly channels: number;
}

const SMALL: SmallAcquisition = { rows: 2, columns: 2, sizeVoxels: 64, planes: 8, channels: 1 };

export function writeSmallAcquisition(
  folder: string,
  change: Partial<SmallAcquisition> = {},
): SmallAcquisition {
  const shape = { ...SMALL, ...change };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'Experiment.ini'), experiment(shape));
  const row = `${Array(shape.columns).fill('1').join(',')}\n`;
  writeFileSync(join(folder, 'Scanned Cells.txt'), row.repeat(shape.rows));
  for (let loc = 0; loc < shape.rows * shape.columns; loc++) writeTile(folder, shape, loc);
  return shape;
}

export const planePath = (folder: string, loc: number, channel: number, plane: number): string => {
  const name = `LOC${digits(loc, 3)}`;
  const file = `VW0_${name}D_CM0_CHN${digits(channel, 2)}_PLN${digits(plane, 4)}.tif`;
  return join(folder, 'VW0', name, file);
};

function writeTile(folder: string, { sizeVoxels, planes, channels }: SmallAcquisition, loc: number): void {
  mkdirSync(join(planePath(folder, loc, 0, 0), '..'), { recursive: true });
  for (let channel = 0; channel < channels; channel++)
    for (let plane = 0; plane < planes; plane++) {
      const pixels = noise(sizeVoxels ** 2, 1 + loc + 100 * channel + 10_000 * plane);
      writeFileSync(planePath(folder, loc, channel, plane), encodeTiff(sizeVoxels, sizeVoxels, pixels));
    }
}

const experiment = ({
  rows,
  columns,
  sizeVoxels,
  planes,
  channels,
}: SmallAcquisition): string => `[Experiment Settings]
X Resolution = "${sizeVoxels}"
Y Resolution = "${sizeVoxels}"
Num Enabled Channels = "${channels}"
Num in stack (Top Left Corner) = "${planes}"
[Objectives]
North = "Olympus 4x"
[North Scan Region]
Num Horizontal = "${columns}"
Num Vertical = "${rows}"
Stack Step (mm) = "0.0025"
[North Scan Region Stats]
Actual Horizontal Overlap (%) = "25.0"
Actual Vertical Overlap (%) = "25.0"
`;

/** Around 1000 counts, from a linear congruential generator: the same everywhere. */
function noise(count: number, seed: number): Uint16Array {
  let state = seed;
  return Uint16Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 900 + (state >>> 24);
  });
}

const digits = (value: number, count: number): string => String(value).padStart(count, '0');
