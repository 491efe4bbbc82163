/** The diffeomorphism as a flow of velocities, steered by w = L v (REGISTRATION sections 2 and 3.3). */
import { type Fields, newFields } from './fields.ts';
import type { Grid } from './grid.ts';
import type { RegistrationKernels } from './kernels.ts';
import { flowGridOf } from './velocity-grid.ts';

export interface Flow {
  readonly grid: Grid;
  /** Velocities, um per unit of time. */
  readonly v: Fields;
  /** Displacements of the inverse flow after 0, 1, … steps, um. */
  readonly u: Fields;
  /** dE/dv of each step, and what a descent makes of it. */
  readonly dv: Fields;
  /** dE/du of the end of the flow, and what is handed back through the steps. */
  readonly g: Fields;
}

export const openFlow = (kernels: RegistrationKernels, grid: Grid, steps: number): Flow => ({
  grid,
  v: newFields(kernels, grid, steps),
  u: newFields(kernels, grid, steps + 1),
  dv: newFields(kernels, grid, steps),
  g: newFields(kernels, grid, 2),
});

export const endOf = ({ u }: Flow): Float32Array => u.steps.at(-1)!;

/** Displacements from velocities. */
export function flowForward(kernels: RegistrationKernels, { grid, v, u }: Flow): void {
  const flowGrid = flowGridOf(grid);
  const dt = 1 / v.steps.length;
  v.steps.forEach((velocity, t) => {
    kernels.flowStep(u.steps[t]!, velocity, u.steps[t + 1]!, flowGrid, dt);
  });
}

/** From dE/du at the end, in the first of `g`, to dE/dv of every step. */
export function flowBack(kernels: RegistrationKernels, { grid, v, u, dv, g }: Flow): void {
  const flowGrid = flowGridOf(grid);
  const steps = v.steps.length;
  let [from, to] = g.steps as [Float32Array, Float32Array];
  for (let t = steps - 1; t >= 0; t--) {
    kernels.flowStepAdjoint(u.steps[t]!, v.steps[t]!, from, dv.steps[t]!, to, flowGrid, 1 / steps);
    [from, to] = [to, from];
  }
}
