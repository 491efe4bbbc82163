/** exp(2 pi i f d): how a shift turns the phases of a spectrum. */
import type { Triple } from '../axes.ts';
import { copiesOf, type SpectrumAxes } from './frequencies.ts';
import type { Workspace } from './workspace.ts';

/**
 * Writes `turns` (cos and sin of every row, counted for both halves of the spectrum) and `turnZ` (cos, sin and frequency
 * along a row, 0 where it is not used) to the workspace.
 */
export function setTurns({ buffers: { turns, turnZ } }: Workspace, axes: SpectrumAxes, shift: Triple): void {
  const [x, y, z] = [turnsOf(axes.x, shift[0]), turnsOf(axes.y, shift[1]), turnsOf(axes.z, shift[2])];
  let at = 0;
  for (let i = 0; i < axes.x.length; i++) {
    const copies = copiesOf(i);
    for (let j = 0; j < axes.y.length; j++) {
      turns[at++] = copies * (x.cos[i]! * y.cos[j]! - x.sin[i]! * y.sin[j]!);
      turns[at++] = copies * (x.cos[i]! * y.sin[j]! + x.sin[i]! * y.cos[j]!);
    }
  }
  const length = axes.z.length;
  for (let k = 0; k < length; k++) {
    const used = !Number.isNaN(axes.z[k]!);
    turnZ[k] = used ? z.cos[k]! : 0;
    turnZ[length + k] = used ? z.sin[k]! : 0;
    turnZ[2 * length + k] = used ? axes.z[k]! : 0;
  }
}

interface Turns {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

const turnsOf = (frequencies: Float64Array, shift: number): Turns => ({
  cos: frequencies.map((f) => Math.cos(2 * Math.PI * f * shift)),
  sin: frequencies.map((f) => Math.sin(2 * Math.PI * f * shift)),
});
