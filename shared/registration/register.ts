/** EM-LDDMM over levels and rounds: affine map, flow, contrast and the kinds of voxels in turn (REGISTRATION section 6.4). */
import { setImmediate } from 'node:timers/promises';
import { type Checkpoint, type DescentState, isFinished } from './checkpoint.ts';
import { endOf } from './flow.ts';
import { foldingGuard } from './folding-guard.ts';
import { leastDeterminant } from './jacobian.ts';
import { otherKinds } from './mixture.ts';
import { playRound } from './play-round.ts';
import { openFlowSpace, openLevel, type RegistrationProblem, type Workspace } from './workspace.ts';

export interface RegistrationListener {
  onRound?(report: RoundReport): void;
  /** After every round, and within one where `checkpointSeconds` have passed since the last. */
  onCheckpoint?(checkpoint: Checkpoint): Promise<void> | void;
  readonly checkpointSeconds?: number;
  /** Seconds, of any origin. */
  now?(): number;
  readonly signal?: AbortSignal;
}

export interface RoundReport {
  readonly levelUm: number;
  readonly round: number;
  readonly matching: number;
  readonly regularity: number;
  /** Share of the energy that the round's descent took away. */
  readonly gain: number;
  readonly sigma: number;
  readonly priors: readonly [number, number, number];
  /** Mean change of the displacement over the round, um. */
  readonly movedUm: number;
  readonly iterations: number;
  readonly evaluations: number;
  /** Of the backward map on the velocity grid: the factor by which it shrinks volumes most. */
  readonly leastDeterminant: number;
  /** The round came near to folding and is played again with a shorter step. */
  readonly isRetried: boolean;
}

/** Of the level's voxel: a round that moves less ends its level. */
const LEAST_MOTION = 0.002;
/** A round whose descent gains less of its energy ends its level: at 0.002 landmarks still came closer by 4 % a round. */
const LEAST_GAIN = 0.0002;

/**
 * Plays all rounds that are left after a checkpoint (`startAt` makes the first one); resolves to the last checkpoint. The
 * same bits whether it was broken off and resumed or not, and on any number of threads. Throws FoldingError where
 * the map cannot be kept from folding, and the signal's reason when that aborts.
 */
export async function register(
  problem: RegistrationProblem,
  from: Checkpoint,
  listener: RegistrationListener = {},
): Promise<Checkpoint> {
  const { kernels, recipe, velocity } = problem;
  const keeper = checkpointKeeper(listener);
  const kinds = otherKinds(problem.sample);
  const mark = kernels.mark();
  let at = from;
  while (!isFinished(at, recipe)) {
    const { timeSteps } = at;
    const space = openFlowSpace(kernels, velocity, timeSteps, recipe.memory);
    while (at.timeSteps === timeSteps && !isFinished(at, recipe))
      at = await playLevel(problem, { ...space, kinds }, at, listener, keeper);
    // Out of the memory that is given back.
    at = { ...at, w: at.w?.slice() };
    kernels.release(mark);
  }
  return at;
}

/** Until the level ends, or needs other time steps. */
async function playLevel(
  problem: RegistrationProblem,
  space: Omit<Workspace, 'matcher'>,
  from: Checkpoint,
  listener: RegistrationListener,
  keeper: CheckpointKeeper,
): Promise<Checkpoint> {
  const { kernels } = problem;
  const mark = kernels.mark();
  const whole = { ...space, matcher: openLevel(problem, from.level) };
  let at = from;
  while (at.level === from.level && at.timeSteps === from.timeSteps) {
    at = await playGuarded(problem, whole, at, listener, keeper);
    await keeper.always(at);
  }
  kernels.release(mark);
  return at;
}

async function playGuarded(
  problem: RegistrationProblem,
  space: Workspace,
  at: Checkpoint,
  listener: RegistrationListener,
  keeper: CheckpointKeeper,
): Promise<Checkpoint> {
  const { level, round } = at;
  const { spacingUm, rounds } = problem.recipe.levels[level]!;
  const { next, energies, movedUm } = await playRound(problem, space, at, async (descent) => {
    // Lets timers and messages of this thread through: a lease is kept, a stop is heard.
    await setImmediate();
    listener.signal?.throwIfAborted();
    await keeper.perhaps({ ...at, descent });
  });
  const least = leastDeterminant(endOf(space.flow), problem.velocity);
  const retry = foldingGuard(at, least);
  listener.onRound?.({
    levelUm: spacingUm,
    round,
    ...energies,
    ...next.mixture,
    movedUm,
    leastDeterminant: least,
    isRetried: retry !== undefined,
  });
  if (retry) return retry;
  const isLast = round + 1 >= rounds || movedUm < LEAST_MOTION * spacingUm || energies.gain < LEAST_GAIN;
  return isLast ? { ...next, level: level + 1, round: 0, contrast: undefined } : next;
}

const CHECKPOINT_SECONDS = 120;

interface CheckpointKeeper {
  always(checkpoint: Checkpoint): Promise<void>;
  /** Where the last one is old enough. */
  perhaps(checkpoint: Omit<Checkpoint, 'descent'> & { readonly descent: () => DescentState }): Promise<void>;
}

function checkpointKeeper({
  onCheckpoint,
  now,
  checkpointSeconds = CHECKPOINT_SECONDS,
}: RegistrationListener): CheckpointKeeper {
  let last = now?.() ?? 0;
  const always = async (checkpoint: Checkpoint): Promise<void> => {
    await onCheckpoint?.(checkpoint);
    last = now?.() ?? 0;
  };
  return {
    always,
    async perhaps(checkpoint) {
      if (now === undefined || now() - last < checkpointSeconds) return;
      await always({ ...checkpoint, descent: checkpoint.descent() });
    },
  };
}
