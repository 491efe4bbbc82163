/** Writes a project that TeraStitcher can go on with, in the form of CloudReg's import file (CLOUDREG section 1.6). */
import type { Vec3 } from '../../geometry/box.ts';
import type { AxisDisplacement, Displacement, TeraStitcherProject, TeraStitcherStack } from './project.ts';

export interface WritableProject extends TeraStitcherProject {
  readonly planes: number;
  /** The folder that holds the stacks' folders. */
  readonly stacksFolder: string;
  readonly voxelSizeUm: Vec3;
  /** Stage steps between neighbouring columns and rows. */
  readonly mechanicalStepUm: { readonly x: number; readonly y: number };
  readonly bytesPerVoxel: number;
  /** Every cell of the grid, row by row. */
  readonly stacks: readonly WritableStack[];
}

export interface WritableStack extends TeraStitcherStack {
  readonly isStitchable: boolean;
  /** Below `stacksFolder`; empty where nothing was scanned. */
  readonly directory: string;
  /** Planes that are there, ends excluded. */
  readonly planeRanges: readonly (readonly [start: number, end: number])[];
  /** Regular expression that file names of the planes match. */
  readonly imagePattern: string;
}

/** Whole voxels, as TeraStitcher has them: positions and offsets are rounded. */
export function writeTeraStitcher(project: WritableProject): string {
  const { grid, planes, stacksFolder, voxelSizeUm, mechanicalStepUm, stacks } = project;
  const [x, y, z] = voxelSizeUm;
  const at = (row: number, column: number): WritableStack | undefined =>
    column < 0 ? undefined : stacks[row * grid.columns + column];
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE TeraStitcher SYSTEM "TeraStitcher.DTD">',
    '<TeraStitcher volume_format="TiledXY|2Dseries" input_plugin="tiff2D">',
    `\t${empty('stacks_dir', { value: stacksFolder })}`,
    `\t${empty('ref_sys', { ref1: 1, ref2: 2, ref3: 3 })}`,
    `\t${empty('voxel_dims', { V: y, H: x, D: z })}`,
    `\t${empty('origin', { V: 0, H: 0, D: 0 })}`,
    `\t${empty('mechanical_displacements', { V: mechanicalStepUm.y, H: mechanicalStepUm.x })}`,
    `\t${empty('dimensions', { stack_rows: grid.rows, stack_columns: grid.columns, stack_slices: planes })}`,
    '\t<STACKS>',
    ...stacks.flatMap((stack) => {
      const [above, left] = [at(stack.row - 1, stack.column), at(stack.row, stack.column - 1)];
      return stackLines(stack, project.bytesPerVoxel, above?.south ?? [], left?.east ?? []);
    }),
    '\t</STACKS>',
    '</TeraStitcher>',
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

function stackLines(
  stack: WritableStack,
  bytesPerVoxel: number,
  south: readonly Displacement[],
  east: readonly Displacement[],
): string[] {
  const [x, y, z] = stack.position.map(whole);
  const head = tag('Stack', {
    N_CHANS: 1,
    N_BYTESxCHAN: bytesPerVoxel,
    ROW: stack.row,
    COL: stack.column,
    ABS_V: y!,
    ABS_H: x!,
    ABS_D: z!,
    STITCHABLE: stack.isStitchable ? 'yes' : 'no',
    DIR_NAME: stack.directory,
    Z_RANGES: stack.planeRanges.map(([start, end]) => `[${start},${end})`).join(';'),
    IMG_REGEX: stack.imagePattern,
  });
  return [
    `\t\t<${head}>`,
    ...displacementLines('NORTH_displacements', south.map(reversed)),
    ...displacementLines('EAST_displacements', stack.east),
    ...displacementLines('SOUTH_displacements', stack.south),
    ...displacementLines('WEST_displacements', east.map(reversed)),
    '\t\t</Stack>',
  ];
}

function displacementLines(side: string, displacements: readonly Displacement[]): string[] {
  if (displacements.length === 0) return [`\t\t\t<${side} />`];
  const lines = displacements.flatMap(([x, y, z]) => [
    '\t\t\t\t<Displacement TYPE="MIP_NCC">',
    ...[axisLine('V', y), axisLine('H', x), axisLine('D', z)],
    '\t\t\t\t</Displacement>',
  ]);
  return [`\t\t\t<${side}>`, ...lines, `\t\t\t</${side}>`];
}

/** The shape of a correlation peak, as TeraStitcher describes one: narrow where there is one, else as wide as can be. */
const PEAK_WIDTH = 1;
const WIDTH_RANGE = 29;
const NO_PEAK_WIDTH = 30;

function axisLine(name: string, { offset, nominal, reliability, peak, search }: AxisDisplacement): string {
  const line = empty(name, {
    displ: whole(offset),
    default_displ: whole(nominal),
    reliability: decimals(reliability),
    nccPeak: decimals(peak),
    nccWidth: reliability > 0 ? PEAK_WIDTH : NO_PEAK_WIDTH,
    nccWRangeThr: WIDTH_RANGE,
    nccInvWidth: NO_PEAK_WIDTH,
    delay: whole(search),
  });
  return `\t\t\t\t\t${line}`;
}

/** From the neighbour's side every sign is the other one; rounded first, so that both sides say the same. */
const reversed = ([x, y, z]: Displacement): Displacement => {
  const turn = (axis: AxisDisplacement) => ({
    ...axis,
    offset: -Math.round(axis.offset),
    nominal: -Math.round(axis.nominal),
  });
  return [turn(x), turn(y), turn(z)];
};

/** Never -0. */
const whole = (value: number): number => Math.round(value) + 0;
const decimals = (value: number): number => Number(value.toFixed(6));

type Attributes = Readonly<Record<string, string | number>>;

const tag = (name: string, attributes: Attributes): string =>
  [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(String(value))}"`)].join(' ');

const empty = (name: string, attributes: Attributes): string => `<${tag(name, attributes)} />`;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
