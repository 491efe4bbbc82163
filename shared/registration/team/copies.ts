/** Fields that are splatted into: each slab has its own copy, and the copies are added in their order. */
import type { Call } from './batch.ts';
import { addressOf, SLABS, slabs } from './parts.ts';
import type { Team } from './team.ts';

export interface Copies {
  /** Runs a call for each slab of planes on its own, zeroed copy; their sum goes to `sum`. */
  run(planes: number, call: (copy: number, z0: number, z1: number) => Call, sum: Float32Array): void;
}

export function openCopies(team: Team, fieldFloats: number): Copies {
  const start = team.allocate(SLABS * fieldFloats * 4);
  const copy = (i: number): number => start + i * fieldFloats * 4;
  return {
    run(planes, call, sum) {
      const parts = slabs(planes, SLABS);
      team.run(parts.map((_, i): Call => ({ kernel: 'fill', args: [copy(i), fieldFloats * 4] })));
      team.run(parts.map(([z0, z1], i) => call(copy(i), z0, z1)));
      team.run(
        slabs(fieldFloats / 4).map(([from, end]): Call => {
          const to = addressOf(sum) + from * 16;
          const args = [to, start + from * 16, fieldFloats * 4, parts.length, (end - from) * 4];
          return { kernel: 'addParts', args };
        }),
      );
    },
  };
}
