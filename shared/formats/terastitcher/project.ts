/**
 * A TeraStitcher project: the grid of stacks (tiles), where each lies, and what was measured between neighbours
 * (STITCHING section 9). TeraStitcher's V, H and D are y, x and z; everything here is in the order x, y, z.
 */
import { PermanentError } from '../../engine/errors.ts';
import type { Vec3 } from '../../geometry/box.ts';

export interface TeraStitcherProject {
  readonly grid: { readonly rows: number; readonly columns: number };
  /** Of a stack; undefined where the file does not say. */
  readonly planes: number | undefined;
  readonly stacks: readonly TeraStitcherStack[];
}

export interface TeraStitcherStack {
  readonly row: number;
  readonly column: number;
  /** False: a location that was not scanned; its position means nothing. */
  readonly isScanned: boolean;
  /** ABS_H, ABS_V, ABS_D, voxels: where it is placed, or the stage's word until it is. */
  readonly position: Vec3;
  /** To the stack right of it; several where several layers in z were measured. */
  readonly east: readonly Displacement[];
  /** To the stack below. */
  readonly south: readonly Displacement[];
}

/** One per axis. */
export type Displacement = readonly [x: AxisDisplacement, y: AxisDisplacement, z: AxisDisplacement];

export interface AxisDisplacement {
  /** position(neighbour) - position(stack), voxels. */
  readonly offset: number;
  /** What the stage says it is. */
  readonly nominal: number;
  /** From 0, where nothing was found and the offset is the nominal one, to 1. */
  readonly reliability: number;
  /** Of the normalised correlation. */
  readonly peak: number;
  /** Voxels around the nominal offset that were searched. */
  readonly search: number;
}

/** The file is not what TeraStitcher writes. */
export class TeraStitcherError extends PermanentError {
  override readonly name = 'TeraStitcherError';
  readonly file: string;
  /** The message without the file's name. */
  readonly reason: string;
  constructor(file: string, reason: string, cause?: unknown) {
    super(`${file}: ${reason}`);
    this.file = file;
    this.reason = reason;
    if (cause !== undefined) this.cause = cause;
  }
}
