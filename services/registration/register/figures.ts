/** What a finished registration is judged by. */
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { LANES } from '../../../shared/kernels/oracles/registration/vector-field.ts';
import type { RegistrationFigures } from '../../../shared/registration/files/report-file.ts';
import type { Fitted } from '../../../shared/registration/fitted.ts';
import { centredGrid, type Grid } from '../../../shared/registration/grid.ts';
import { determinantsAtNodes, determinantsOn, spreadOf } from '../../../shared/registration/jacobian.ts';
import type { RoundReport } from '../../../shared/registration/register.ts';

/** Fine enough that no fold between nodes is missed: a third of their distance. */
const FINE_UM = 100;

export interface JacobianMap {
  readonly grid: Grid;
  readonly values: Float32Array;
}

export function figuresOf(
  { u, posteriors, sample, explained }: Fitted,
  velocity: Grid,
  atlasExtentUm: Vec3,
  rounds: readonly RoundReport[],
  outlineDice: number,
): { readonly figures: RegistrationFigures; readonly jacobian: JacobianMap } {
  const count = (axis: 0 | 1 | 2): number => Math.max(2, Math.round(atlasExtentUm[axis] / FINE_UM));
  const grid = centredGrid([count(0), count(1), count(2)], [FINE_UM, FINE_UM, FINE_UM]);
  const nodes = determinantsAtNodes(u, velocity);
  const fine = determinantsOn(grid, u, velocity);
  const figures: RegistrationFigures = {
    explained,
    outlineDice,
    shares: sharesOf(posteriors, sample.weights),
    determinants: { nodes: spreadOf(nodes), fine: spreadOf(fine) },
    folded: [nodes, fine].reduce((sum, values) => sum + values.filter((value) => !(value > 0)).length, 0),
    displacementUm: displacementOf(u),
    rounds,
  };
  return { figures, jacobian: { grid, values: fine } };
}

function sharesOf(posteriors: Fitted['posteriors'], weights: Float32Array): Vec3 {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share = (kind: 0 | 1 | 2): number =>
    posteriors[kind].reduce((sum, value, i) => sum + value * weights[i]!, 0) / total;
  return [share(0), share(1), share(2)];
}

function displacementOf(u: Float32Array): { readonly mean: number; readonly max: number } {
  let [sum, max] = [0, 0];
  for (let at = 0; at < u.length; at += LANES) {
    const length = Math.hypot(u[at]!, u[at + 1]!, u[at + 2]!);
    sum += length;
    max = Math.max(max, length);
  }
  return { mean: sum / (u.length / LANES), max };
}
