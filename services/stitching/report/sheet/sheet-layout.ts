/** Where everything lies on the contact sheet, in pixels of the picture. */
import type { Vec3 } from '../../../../shared/geometry/box.ts';
import type { Panel } from '../drawing.ts';

export interface SheetLayout {
  readonly width: number;
  readonly height: number;
  /** Pixels per micrometre, x, y, z; z is stretched where the stack is too thin to see. */
  readonly pixelsPerUm: Vec3;
  readonly zStretch: number;
  /** x to the right and y down; x-z below it; z-y beside it. */
  readonly xy: Panel;
  readonly xz: Panel;
  readonly zy: Panel;
  readonly legendTop: number;
}

const MARGIN = 32;
const GAP = 46;
const HEADER = 96;
const LEGEND = 116;
/** The x-y section fills one of these; thin stacks are stretched towards the last. */
const MOST = { x: 1100, y: 860, z: 420 };
const THIN = 110;
/** The words above a panel. */
const TITLE = 150;
/** A narrow specimen still has room for the legend. */
const LEAST_WIDTH = 900;

/** Micrometres along each axis. */
export function layOutSheet([x, y, z]: Vec3): SheetLayout {
  const scale = Math.min(MOST.x / x, MOST.y / y, MOST.z / z);
  const zStretch = Math.max(1, Math.floor(THIN / (z * scale)));
  const [width, height, depth] = [x * scale, y * scale, z * scale * zStretch].map((side) =>
    Math.max(1, Math.round(side)),
  ) as [number, number, number];
  const top = HEADER;
  const [right, below] = [MARGIN + width + GAP, top + height + GAP];
  return {
    width: Math.max(LEAST_WIDTH, right + Math.max(depth, TITLE) + MARGIN),
    height: below + depth + LEGEND,
    pixelsPerUm: [scale, scale, scale * zStretch],
    zStretch,
    xy: { left: MARGIN, top, width, height },
    zy: { left: right, top, width: depth, height },
    xz: { left: MARGIN, top: below, width, height: depth },
    legendTop: below + depth + 26,
  };
}
