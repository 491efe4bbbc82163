/** Plays the rounds of a registration, from its last checkpoint where there is one. */
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Affine } from '../../../shared/geometry/affine.ts';
import { type Checkpoint, startAt } from '../../../shared/registration/checkpoint.ts';
import type { Initial } from '../../../shared/registration/files/registration-files.ts';
import { extentOf } from '../../../shared/registration/files/space.ts';
import { type Fitted, fitFinished } from '../../../shared/registration/fitted.ts';
import type { Grid } from '../../../shared/registration/grid.ts';
import { type PreparedImages, prepareImages } from '../../../shared/registration/prepared-images.ts';
import { type RoundReport, register } from '../../../shared/registration/register.ts';
import { openSource } from '../../../shared/registration/source/open-source.ts';
import { openTeam } from '../../../shared/registration/team/team.ts';
import { teamKernels } from '../../../shared/registration/team/team-kernels.ts';
import { velocityGrid } from '../../../shared/registration/velocity-grid.ts';
import { identityOf, putCheckpoint, readCheckpoint } from './checkpoint-store.ts';

export interface PlayedRegistration {
  readonly toAtlas: Affine;
  readonly velocity: Grid;
  readonly timeSteps: number;
  readonly fitted: Fitted;
  readonly images: PreparedImages;
  readonly rounds: readonly RoundReport[];
}

export async function playRegistration(
  store: ObjectStore,
  initial: Initial,
  threads: number,
): Promise<PlayedRegistration> {
  const { recipe, sample, missingValue, corrections } = initial;
  const images = await prepareImages(
    await openSource(initial.sampleImageUrl, { voxelSizeUm: sample.voxelSizeUm }),
    await openSource(initial.atlas.imageUrl),
    {
      resolutionUm: recipe.levels.at(-1)!.spacingUm,
      missing: missingValue,
      sampleExtentUm: extentOf(sample),
      corrections,
    },
  );
  const velocity = velocityGrid(images.atlas.grid, recipe.velocitySpacingUm);
  const team = await openTeam(threads);
  try {
    const kernels = teamKernels(team, velocity, { lengthUm: recipe.smoothnessUm, power: recipe.power });
    const problem = { kernels, ...images, velocity, recipe };
    const { checkpoint, rounds } = await play(store, initial, problem);
    const { toAtlas, timeSteps } = checkpoint;
    return { toAtlas, velocity, timeSteps, fitted: fitFinished(problem, checkpoint), images, rounds };
  } finally {
    await team.close();
  }
}

async function play(
  store: ObjectStore,
  initial: Initial,
  problem: Parameters<typeof register>[0],
): Promise<{ readonly checkpoint: Checkpoint; readonly rounds: readonly RoundReport[] }> {
  const of = identityOf(initial);
  const stored = await readCheckpoint(store, of);
  const rounds: RoundReport[] = [...(stored?.rounds ?? [])];
  const checkpoint = await register(problem, stored?.checkpoint ?? startAt(initial.toAtlas, initial.recipe), {
    onRound: (report) => rounds.push(report),
    onCheckpoint: (reached) => putCheckpoint(store, of, { checkpoint: reached, rounds }),
    now: () => performance.now() / 1000,
  });
  return { checkpoint, rounds };
}
