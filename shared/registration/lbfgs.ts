/** Limited-memory BFGS: the direction only; who searches along it decides on steps. */
import type { Fields } from './fields.ts';
import type { RegistrationKernels } from './kernels.ts';

export interface Lbfgs {
  /** Direction of descent for a gradient, into `into`. */
  direction(gradient: Fields, into: Fields): void;
  /** What the last step taught: skipped where it bends the wrong way. */
  learn(step: Fields, change: Fields): void;
  /** The oldest first. */
  readonly pairs: readonly PairMemory[];
}

/** Memory of a step and of the gradient's change along it. */
export interface PairMemory {
  readonly s: Fields;
  readonly y: Fields;
}

interface Pair extends PairMemory {
  readonly rho: number;
}

const LEAST_CURVATURE = 1e-12;

/** Remembers as many pairs as there is memory for; the first `known` of them already hold some, the oldest first. */
export function createLbfgs(kernels: RegistrationKernels, memory: readonly PairMemory[], known = 0): Lbfgs {
  const dot = (a: Fields, b: Fields): number => kernels.dot(a.all, b.all);
  const add = (to: Fields, factor: number, from: Fields): void =>
    kernels.combine(to.all, 1, factor, from.all);
  const withRho = ({ s, y }: PairMemory): Pair => ({ s, y, rho: 1 / dot(s, y) });
  const free = memory.slice(known);
  const pairs = memory.slice(0, known).map(withRho);
  return {
    pairs,
    direction(gradient, into) {
      kernels.combine(into.all, 0, -1, gradient.all);
      const alphas = pairs.map(() => 0);
      for (let i = pairs.length - 1; i >= 0; i--) {
        const { s, y, rho } = pairs[i]!;
        alphas[i] = rho * dot(s, into);
        add(into, -alphas[i]!, y);
      }
      const last = pairs.at(-1);
      if (last) kernels.combine(into.all, 1 / (last.rho * dot(last.y, last.y)), 0, into.all);
      pairs.forEach(({ s, y, rho }, i) => {
        add(into, alphas[i]! - rho * dot(y, into), s);
      });
    },
    learn(step, change) {
      if (!(dot(step, change) > LEAST_CURVATURE * dot(change, change))) return;
      const own = free.pop() ?? pairs.shift()!;
      kernels.combine(own.s.all, 0, 1, step.all);
      kernels.combine(own.y.all, 0, 1, change.all);
      pairs.push(withRho(own));
    },
  };
}
