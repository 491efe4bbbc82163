import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { apply } from '../../shared/geometry/affine.ts';
import { valueAt } from '../../shared/kernels/oracles/registration/vector-field.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { type Checkpoint, startAt } from '../../shared/registration/checkpoint.ts';
import { fitFinished } from '../../shared/registration/fitted.ts';
import { prepareSample } from '../../shared/registration/intensities.ts';
import type { RegistrationListener } from '../../shared/registration/register.ts';
import { register } from '../../shared/registration/register.ts';
import { openTeam, type Team } from '../../shared/registration/team/team.ts';
import { teamKernels } from '../../shared/registration/team/team-kernels.ts';
import { velocityGrid } from '../../shared/registration/velocity-grid.ts';
import { runsAll } from '../long.ts';
import {
  atlasGrid,
  bend,
  phantomAtlas,
  phantomSample,
  rawSample,
  shortRecipe,
  trueToAtlas,
} from './phantom.ts';

const teams: Team[] = [];
afterEach(async () => {
  await Promise.all(teams.splice(0).map((team) => team.close()));
});

const velocity = velocityGrid(atlasGrid, shortRecipe.velocitySpacingUm);

/** A registration as a process of its own would do it. */
async function registering(threads: number, sample = phantomSample(), recipe = shortRecipe) {
  const team = await openTeam(threads);
  teams.push(team);
  const smoothness = { lengthUm: recipe.smoothnessUm, power: recipe.power };
  const kernels = teamKernels(team, velocity, smoothness);
  const problem = { kernels, sample, atlas: phantomAtlas(), velocity, recipe };
  return {
    problem,
    start: startAt(trueToAtlas, recipe),
    run: (from: Checkpoint, listener?: RegistrationListener) => register(problem, from, listener),
  };
}

/** As it would be after a way through a file: no view of the registration's memory is left. */
const stored = ({ descent, w, contrast, ...rest }: Checkpoint): Checkpoint => ({
  ...rest,
  w: w?.slice(),
  contrast: contrast && { ...contrast, gain: contrast.gain.slice(), offset: contrast.offset.slice() },
  descent: descent && {
    ...descent,
    w: descent.w.slice(),
    v: descent.v.slice(),
    pairs: descent.pairs.map(({ s, y }) => ({ s: s.slice(), y: y.slice() })),
  },
});

/** Short enough to be read where two differ. */
const bitsOf = ({ toAtlas, mixture, w }: Checkpoint) => ({
  toAtlas,
  mixture,
  w:
    w &&
    createHash('sha256')
      .update(Buffer.from(w.buffer, w.byteOffset, w.byteLength))
      .digest('hex'),
});

const fromStart = async (threads: number, sample = phantomSample()): Promise<Checkpoint> => {
  const { run, start } = await registering(threads, sample);
  return run(start);
};

describe('a registration', () => {
  it('finds the map of a phantom that was bent', async () => {
    const recipe = {
      ...shortRecipe,
      levels: shortRecipe.levels.map((level) => ({ ...level, rounds: 4 })),
      iterations: 10,
    };
    const { run, start, problem } = await registering(1, phantomSample(), recipe);
    const { u, explained } = fitFinished(problem, await run(start));
    const end = await run(start);
    const errors = [];
    for (let x = -1200; x <= 1200; x += 400)
      for (let y = -800; y <= 800; y += 400)
        for (let z = -1200; z <= 1200; z += 400) {
          const before = apply(trueToAtlas, [x, y, z]);
          const after = apply(end.toAtlas, [x, y, z]);
          const place = after.map((um, axis) => (um - velocity.originUm[axis]!) / 450) as [
            number,
            number,
            number,
          ];
          const [nx, ny, nz] = velocity.size;
          const found = after.map((um, c) => um + valueAt(u, { nx, ny, nz }, 4, c, ...place));
          const truth = bend(before);
          errors.push(Math.hypot(...found.map((um, axis) => um - truth[axis]!)));
        }
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(mean).toBeLessThan(40);
    expect(explained).toBeGreaterThan(0.98);
  });

  it.each(runsAll ? [2, 4] : [4])('is the same, bit for bit, on one thread and on %i', async (threads) => {
    expect(bitsOf(await fromStart(threads))).toEqual(bitsOf(await fromStart(1)));
  });

  it('is the same, bit for bit, whether it was killed after a round or not', async () => {
    const whole = await registering(1);
    const rounds: Checkpoint[] = [];
    const end = await whole.run(whole.start, { onCheckpoint: (at) => void rounds.push(stored(at)) });
    expect(rounds.map(({ level, round }) => [level, round])).toEqual([
      [0, 1],
      [1, 0],
      [1, 1],
      [2, 0],
    ]);
    for (const checkpoint of rounds) {
      const again = await registering(1);
      expect(bitsOf(await again.run(checkpoint))).toEqual(bitsOf(end));
    }
  });

  it('is the same, bit for bit, whether it was killed within a round or not', async () => {
    const whole = await registering(1);
    const end = await whole.run(whole.start);
    const within: Checkpoint[] = [];
    let seconds = 0;
    const other = await registering(1);
    await other.run(other.start, {
      now: () => (seconds += 70),
      onCheckpoint: (at) => void (at.descent && within.push(stored(at))),
    });
    expect(within.length).toBeGreaterThan(3);
    for (const checkpoint of within.slice(0, 5)) {
      const again = await registering(1);
      expect(bitsOf(await again.run(checkpoint))).toEqual(bitsOf(end));
    }
  });

  it('leaves no checkpoint within a round before its time', async () => {
    const { run, start } = await registering(1);
    await run(start, { now: () => 5, onCheckpoint: (at) => expect(at.descent).toBeUndefined() });
  });

  it('stops between iterations when it is told to', async () => {
    const { run, start } = await registering(1);
    const stop = new AbortController();
    const onRound = (): void => stop.abort(new Error('enough'));
    await expect(run(start, { onRound, signal: stop.signal })).rejects.toThrow('enough');
  });

  it('is the same, bit for bit, whatever a slab holds that was not recorded', async () => {
    const random = seededRandom(4);
    const without = rawSample();
    const holding = (value: () => number): ReturnType<typeof rawSample> => {
      const plane = without.grid.size[0] * without.grid.size[1];
      const isMissing = (i: number): boolean => Math.floor(i / plane) >= 9 && Math.floor(i / plane) < 12;
      return {
        ...without,
        values: without.values.map((own, i) => (isMissing(i) ? value() : own)),
        weights: without.weights.map((_, i) => (isMissing(i) ? 0 : 1)),
      };
    };
    const zeros = await fromStart(1, prepareSample(holding(() => 0)));
    const noise = await fromStart(1, prepareSample(holding(() => 5000 * random() - 1000)));
    const nothing = await fromStart(1, prepareSample(holding(() => Number.NaN)));
    expect(bitsOf(noise)).toEqual(bitsOf(zeros));
    expect(bitsOf(nothing)).toEqual(bitsOf(zeros));
  });
});
