/** L^-1 of the velocity grid by Fourier transforms along its axes. */
import { LANES } from '../../kernels/oracles/registration/vector-field.ts';
import { type Grid, pointsOf } from '../grid.ts';
import type { RegistrationKernels, Smoothness } from '../kernels.ts';
import { stiffness } from '../velocity-grid.ts';
import { type Call, OWN_SCRATCH } from './batch.ts';
import { addressOf } from './parts.ts';
import type { Team } from './team.ts';

/** Pairs of fields at once, one as the real and one as the imaginary part: the operator is real and keeps them apart. */
export function openSmoother(
  team: Team,
  grid: Grid,
  { lengthUm, power }: Smoothness,
): RegistrationKernels['smooth'] {
  const [nx, ny, nz] = grid.size;
  const roots = grid.size.map((length) => putRoots(team, length));
  const stiff = ([0, 1, 2] as const).map((axis) => {
    const values = stiffness(grid, lengthUm, axis);
    const address = team.allocate(values.length * 4);
    team.view(address, values.length).set(values);
    return address;
  });
  const spare = team.allocate(pointsOf(grid) * LANES * 4);
  const planeBytes = nx * ny * LANES * 4;
  const planes = (pairs: readonly Pair[], isBack: boolean): Call[] =>
    pairs.flatMap(({ re, im }) =>
      Array.from({ length: nz }, (_, z): Call => {
        const [a, b] = isBack ? [im, re] : [re, im];
        const at = z * planeBytes;
        return {
          kernel: 'transformPlane',
          args: [a + at, b + at, nx, ny, roots[0]!, roots[1]!, OWN_SCRATCH],
        };
      }),
    );
  const rows = (pairs: readonly Pair[]): Call[] =>
    pairs.flatMap(({ re, im }) =>
      Array.from({ length: ny }, (_, y): Call => {
        const size = [y, nx, ny, nz, roots[2]!];
        const args = [re, im, ...size, ...stiff, power, 1 / (nx * ny * nz), OWN_SCRATCH];
        return { kernel: 'filterRow', args };
      }),
    );
  return (fields) => {
    const pairs = pairsOf(fields, spare);
    // What the last transform left in it would be seen in the last bits.
    team.view(spare, pointsOf(grid) * LANES).fill(0);
    team.run(planes(pairs, false));
    team.run(rows(pairs));
    team.run(planes(pairs, true));
  };
}

interface Pair {
  readonly re: number;
  readonly im: number;
}

const pairsOf = (fields: readonly Float32Array[], spare: number): Pair[] =>
  Array.from({ length: Math.ceil(fields.length / 2) }, (_, i) => {
    const [re, im] = [fields[2 * i]!, fields[2 * i + 1]];
    return { re: addressOf(re), im: im === undefined ? spare : addressOf(im) };
  });

function putRoots(team: Team, length: number): number {
  const address = team.allocate(length * 8);
  const roots = team.view(address, 2 * length);
  for (let i = 0; i < length; i++) {
    roots[2 * i] = Math.cos((2 * Math.PI * i) / length);
    roots[2 * i + 1] = -Math.sin((2 * Math.PI * i) / length);
  }
  return address;
}
