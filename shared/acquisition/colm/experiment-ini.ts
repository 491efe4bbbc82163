/** `Experiment.ini`: what the instrument was told to acquire (CLOUDREG sections 1.2 and 1.5). */
import { AcquisitionError } from '../acquisition-errors.ts';
import { decodeText, type Ini, parseIni } from './ini.ts';

export interface Experiment {
  readonly grid: { readonly rows: number; readonly columns: number };
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Of every stack. */
  readonly planes: number;
  /** Share of width and height, 0 to 1. */
  readonly overlap: { readonly x: number; readonly y: number };
  readonly magnification: number;
  readonly voxelSizeUm: readonly [number, number, number];
  /** Not needed; undefined where it is absent or no number. */
  readonly enabledChannels: number | undefined;
  readonly warnings: readonly string[];
}

const SETTING = {
  columns: ['North Scan Region', 'Num Horizontal'],
  rows: ['North Scan Region', 'Num Vertical'],
  stepMm: ['North Scan Region', 'Stack Step (mm)'],
  overlapX: ['North Scan Region Stats', 'Actual Horizontal Overlap (%)'],
  overlapY: ['North Scan Region Stats', 'Actual Vertical Overlap (%)'],
  planes: ['Experiment Settings', 'Num in stack (Top Left Corner)'],
  width: ['Experiment Settings', 'X Resolution'],
  objective: ['Objectives', 'North'],
} as const;
const HEIGHT = ['Experiment Settings', 'Y Resolution'] as const;
const ENABLED_CHANNELS = ['Experiment Settings', 'Num Enabled Channels'] as const;

type Setting = readonly [section: string, key: string];

/** Micrometres per pixel of the full camera, 2048 pixels wide; binning makes fewer and larger ones. */
const PIXEL_UM: Readonly<Record<number, number>> = { 4: 1.46, 10: 0.585, 25: 0.234 };
const FULL_WIDTH = 2048;

/** A grid, an image or a stack beyond this is a typing error. */
const LARGEST = 1_000_000;

/** Throws `AcquisitionError`; `file` names the file in it. */
export function parseExperiment(bytes: Uint8Array, file: string): Experiment {
  const ini = parseIni(decodeText(bytes));
  checkComplete(ini, bytes, file);
  const whole = (setting: Setting) => numberOf(ini, setting, file, 'a whole number above 0', isWhole);
  const percent = (setting: Setting) =>
    numberOf(ini, setting, file, 'percent, from 0 to below 100', (value) => value >= 0 && value < 100);
  const stepMm = numberOf(ini, SETTING.stepMm, file, 'millimetres above 0', (value) => value > 0);
  const width = whole(SETTING.width);
  const magnification = magnificationOf(ini, file);
  const pixelUm = (PIXEL_UM[magnification]! * FULL_WIDTH) / width;
  return {
    grid: { rows: whole(SETTING.rows), columns: whole(SETTING.columns) },
    width,
    // CloudReg takes all images for square; an ini without the height can mean only that.
    height: ini.get(...HEIGHT) === undefined ? width : whole(HEIGHT),
    planes: whole(SETTING.planes),
    overlap: { x: percent(SETTING.overlapX) / 100, y: percent(SETTING.overlapY) / 100 },
    magnification,
    // To a picometre: 0.0029 mm is 2.9 um, not 2.9000000000000004.
    voxelSizeUm: [pixelUm, pixelUm, Math.round(stepMm * 1e9) / 1e6],
    enabledChannels: optionalNumber(ini, ENABLED_CHANNELS),
    warnings: ini.warnings,
  };
}

const isWhole = (value: number): boolean => Number.isInteger(value) && value > 0 && value <= LARGEST;

/** All that is absent at once: nobody wants to mend a file one key at a time. */
function checkComplete(ini: Ini, bytes: Uint8Array, file: string): void {
  if (bytes.length === 0) throw new AcquisitionError('empty-file', file, 'the file is empty', COPY_AGAIN);
  const needed: readonly Setting[] = Object.values(SETTING);
  const missing = needed.filter((setting) => ini.get(...setting) === undefined);
  if (missing.length === 0) return;
  const names = missing.map(([section, key]) => `[${section}] ${key}`).join(', ');
  throw new AcquisitionError('missing-key', file, `no ${names}`, `Each is needed. ${COPY_AGAIN}`);
}

const COPY_AGAIN = 'Copy the file again from the microscope, or complete it by hand.';

/** Plain decimal numbers; `Number` would also take hexadecimal ones and blanks. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const optionalNumber = (ini: Ini, setting: Setting): number | undefined => {
  const text = ini.get(...setting)?.trim() ?? '';
  return NUMBER.test(text) ? Number(text) : undefined;
};

function numberOf(
  ini: Ini,
  setting: Setting,
  file: string,
  expected: string,
  isAllowed: (value: number) => boolean,
): number {
  const value = optionalNumber(ini, setting);
  if (value !== undefined && isAllowed(value)) return value;
  throw badValue(ini, setting, file, expected);
}

function badValue(ini: Ini, setting: Setting, file: string, expected: string): AcquisitionError {
  const [section, key] = setting;
  const problem = `[${section}] ${key} is "${ini.get(...setting)}", expected ${expected}`;
  return new AcquisitionError('bad-value', file, problem, 'Correct the file.');
}

function magnificationOf(ini: Ini, file: string): number {
  const text = ini.get(...SETTING.objective) ?? '';
  const magnification = Number(/(\d+(?:\.\d+)?)\s*[xX]/.exec(text)?.[1]);
  if (PIXEL_UM[magnification] === undefined)
    throw badValue(ini, SETTING.objective, file, 'the name of a 4x, 10x or 25x objective');
  return magnification;
}
