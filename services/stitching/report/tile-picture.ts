/** Where a tile lies among its neighbours, at the preview's resolution: from above and from the side. */
import type { Placement } from '../../../shared/acquisition/placement.ts';
import { previewFile, previewFolder } from '../../../shared/acquisition/preview.ts';
import { tileName } from '../../../shared/acquisition/quality-report.ts';
import { readFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { type Box, boxAt, boxSize, intersect, isEmpty, type Vec3 } from '../../../shared/geometry/box.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { type Axis, axes, type Triple } from '../axes.ts';
import { drawPicture, rgbImage } from './draw.ts';
import type { Panel } from './drawing.ts';
import type { TilePlace } from './places.ts';
import { greyScale } from './sheet/sheet-picture.ts';
import { COLOURS, line, text } from './svg.ts';

/** Shown around the tile, in tiles. */
const AROUND = 0.7;
const LONG_SIDE = 520;
/** The side view is stretched to what can be seen. */
const DEEP = { least: 110, most: 320 };
const MARGIN = 28;
const HEADER = 92;
const GAP = 44;
const LEAST_PAGE = 620;

export interface TileSpot {
  readonly tile: TilePlace;
  /** Voxel of the volume to mark. */
  readonly voxel: Triple;
}

/** Undefined where the tile and its surroundings lie outside the volume. */
export async function tilePicture(
  store: ObjectStore,
  channel: number,
  placement: Placement,
  spot: TileSpot,
): Promise<Uint8Array | undefined> {
  const view = viewOf(placement, spot.tile.box);
  if (isEmpty(view)) return undefined;
  const sections = await readSections(store, channel, placement, view, spot.voxel);
  const grey = greyScale(sections);
  const panels = layOut(placement, view);
  const images = sections.map(({ width, height, values }, n) => ({
    image: rgbImage(width, height, (i) => (values[i] === 0 ? UNCOVERED : shade(grey(values[i]!)))),
    panel: panels[n]!,
  }));
  const planes = [
    { panel: panels[0]!, across: 0, down: 1 },
    { panel: panels[1]!, across: 0, down: 2 },
  ] as const;
  const parts = planes.flatMap((plane) => drawTiles(plane, view, placement, spot));
  const width = Math.max(LEAST_PAGE, panels[0]!.width + 2 * MARGIN);
  const height = panels[1]!.top + panels[1]!.height + MARGIN;
  return drawPicture(width, height, images, [...title(spot), ...parts]);
}

const UNCOVERED = [30, 36, 56] as const;
const shade = (grey: number) => [grey, grey, grey] as const;

/** All planes of the tile's neighbourhood, in voxels of the volume. */
function viewOf({ size, tileSize }: Placement, { start, end }: Box): Box {
  const margin = [AROUND * tileSize[0], AROUND * tileSize[1]] as const;
  return intersect(boxAt([0, 0, 0], size), {
    start: [Math.floor(start[0] - margin[0]), Math.floor(start[1] - margin[1]), 0],
    end: [Math.ceil(end[0] + margin[0]), Math.ceil(end[1] + margin[1]), size[2]],
  });
}

interface Section {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

async function readSections(
  store: ObjectStore,
  channel: number,
  { size: full }: Placement,
  view: Box,
  voxel: Triple,
): Promise<readonly [Section, Section]> {
  const { factor, size } = await readFile(store, previewFile(channel));
  const volume = await openVolume(store, previewFolder(channel));
  const cell = axes((i) => Math.floor(Math.min(full[i] - 1, Math.max(0, voxel[i])) / factor[i]));
  const read = async (through: Axis, across: Axis, down: Axis): Promise<Section> => {
    const start = axes((i) => (i === through ? cell[i] : Math.floor(view.start[i] / factor[i])));
    const end = axes((i) =>
      i === through ? cell[i] + 1 : Math.min(size[i], Math.ceil(view.end[i] / factor[i])),
    );
    const { data } = await volume.read(0, { start, end });
    const values = Float32Array.from(data as ArrayLike<number>);
    return { width: end[across] - start[across], height: end[down] - start[down], values };
  };
  return [await read(2, 0, 1), await read(1, 0, 2)];
}

function layOut({ voxelSizeUm }: Placement, view: Box): readonly [Panel, Panel] {
  const [x, y, z] = axes((i) => boxSize(view)[i] * voxelSizeUm[i]);
  const scale = LONG_SIDE / Math.max(x, y);
  const deep = Math.min(DEEP.most, Math.max(DEEP.least, Math.round(z * scale)));
  const [width, height] = [Math.max(1, Math.round(x * scale)), Math.max(1, Math.round(y * scale))];
  return [
    { left: MARGIN, top: HEADER, width, height },
    { left: MARGIN, top: HEADER + height + GAP, width, height: deep },
  ];
}

function title({ tile, voxel }: TileSpot): string[] {
  const place = `row ${tile.row}, column ${tile.column}; marked: voxel ${voxel.join(', ')}`;
  return [
    text([MARGIN, 36], tileName(tile.loc), { size: 19, weight: 600 }),
    text([MARGIN, 57], place, { fill: COLOURS.muted }),
  ];
}

interface DrawnPlane {
  readonly panel: Panel;
  readonly across: Axis;
  readonly down: Axis;
}

const AXES = ['x', 'y', 'z'] as const;

function drawTiles(plane: DrawnPlane, view: Box, placement: Placement, { tile, voxel }: TileSpot): string[] {
  const { panel, across, down } = plane;
  const through = (3 - across - down) as Axis;
  const isCut = ({ start, end }: Box): boolean =>
    voxel[through] >= start[through] && voxel[through] < end[through];
  const others = placement.tiles
    .filter(({ loc }) => loc !== tile.loc)
    .map(({ position }) => boxAt(position, placement.tileSize))
    .filter((box) => !isEmpty(intersect(box, view)) && (through === 2 || isCut(box)));
  const own = placement.tiles.find(({ loc }) => loc === tile.loc);
  const nominal =
    own &&
    boxAt(
      axes((i) => own.nominal[i] - placement.volumeOriginVoxel[i]),
      placement.tileSize,
    );
  const words = `${AXES[across]} → ${AXES[down]} ↓ at ${AXES[through]} = ${voxel[through]}`;
  const dashed = own ? '; dashed: where the stage put it' : '';
  return [
    text([panel.left, panel.top - 10], `${words}${dashed}`, { fill: COLOURS.muted, size: 12 }),
    ...others.map((box) => frame(plane, view, box, OTHER)),
    ...(nominal === undefined ? [] : [frame(plane, view, nominal, STAGE)]),
    frame(plane, view, tile.box, own ? OWN : STAGE),
    cross(pixelOf(plane, view, voxel)),
  ];
}

interface FrameStyle {
  readonly colour: string;
  readonly width: number;
  readonly dashes: string;
}

const OTHER: FrameStyle = { colour: COLOURS.outline, width: 1, dashes: '' };
const STAGE: FrameStyle = { colour: COLOURS.text, width: 1.6, dashes: '6 5' };
const OWN: FrameStyle = { colour: COLOURS.cut, width: 2.6, dashes: '' };

/** A tile's outline, as far as it lies in the view. */
function frame(plane: DrawnPlane, view: Box, box: Box, style: FrameStyle): string {
  const seen = intersect(box, view);
  if (isEmpty(seen)) return '';
  const from = pixelOf(plane, view, seen.start);
  const to = pixelOf(plane, view, seen.end);
  const corners = [from, [to[0], from[1]], to, [from[0], to[1]], from] as const;
  return corners
    .slice(1)
    .map((corner, n) => line(corners[n]!, corner, style.colour, style.width, style.dashes))
    .join('');
}

function pixelOf({ panel, across, down }: DrawnPlane, view: Box, voxel: Vec3): readonly [number, number] {
  const size = boxSize(view);
  return [
    panel.left + ((voxel[across] - view.start[across]) / size[across]) * panel.width,
    panel.top + ((voxel[down] - view.start[down]) / size[down]) * panel.height,
  ];
}

const cross = ([x, y]: readonly [number, number]): string =>
  line([x - 9, y], [x + 9, y], COLOURS.cut, 2) + line([x, y - 9], [x, y + 9], COLOURS.cut, 2);
