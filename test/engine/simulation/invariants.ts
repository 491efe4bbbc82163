/** What must hold in every schedule (PROTOCOL section 6); order of tasks is checked by the world as they run. */

import type { RunRef, Waiting } from '../../../shared/engine/records.ts';
import { groupParents, groupsBelow, plannedPasses } from '../../../shared/engine/tree.ts';
import type { World } from '../kit/world.ts';

/** What happened that allows an end which would be wrong otherwise. */
export interface Circumstances {
  /** A purge, or a command that died: the user has to give a command. */
  commandIsDue: boolean;
  deadLetters: boolean;
  readonly plansFail: boolean;
}

/** Queues are empty and nobody is at work. */
export async function checkAtRest(world: World, circumstances: Circumstances): Promise<string[]> {
  const { commandIsDue, deadLetters, plansFail } = circumstances;
  if (!(await world.table.getJob(world.jobId))) return commandIsDue ? [] : ['at rest without a job'];
  const status = await world.status();
  const { waiting } = await world.jobNow();
  if (status === 'incomplete' && waiting) return whatIsWrongWhenGivenUp(world, waiting);
  if (status === 'done' || status === 'incomplete') return whatIsWrongWhenDone(world);
  if ((status === 'running' || status === 'waiting') && !commandIsDue) return [`at rest while ${status}`];
  const explained = commandIsDue || deadLetters || plansFail;
  if (status === 'failed' && !explained && !(await hasFailedTask(world))) {
    return ['failed without a failed task'];
  }
  return [];
}

/** After everything was mended, and resume or retry where the status asked for it. */
export async function checkAtTheEnd(world: World): Promise<string[]> {
  const status = await world.status();
  if (status !== 'done' && status !== 'incomplete') return [`ends ${status} after resume and retry`];
  return whatIsWrongWhenDone(world);
}

/** The step that waits is the first one; nothing of it was planned, and the time was over. */
async function whatIsWrongWhenGivenUp(world: World, { until, progress }: Waiting): Promise<string[]> {
  const step = world.shapes[0]!.id;
  const generation = (await world.jobNow()).generations[step] ?? 0;
  const run = await world.table.getRun({ jobId: world.jobId, step, generation, pass: 0 });
  const wrong = run ? [`given up, but ${step} was planned`] : [];
  if (world.clock.now() < until) wrong.push('given up too early');
  if (progress === '') wrong.push('given up without saying what is missing');
  return wrong;
}

async function whatIsWrongWhenDone(world: World): Promise<string[]> {
  const tallies = await tally(world);
  const wrong = await world.wrongFiles();
  if (tallies.open > 0) wrong.push(`done with ${tallies.open} tasks not settled`);
  if (tallies.failed > 0) wrong.push(`done with ${tallies.failed} failed tasks`);
  const incomplete = (await world.status()) === 'incomplete';
  if (incomplete !== tallies.accepted > 0)
    wrong.push(`incomplete: ${incomplete}, accepted: ${tallies.accepted}`);
  return wrong;
}

const hasFailedTask = async (world: World): Promise<boolean> => (await tally(world)).failed > 0;

async function tally(world: World): Promise<{ open: number; failed: number; accepted: number }> {
  const job = await world.jobNow();
  const sums = { open: 0, failed: 0, accepted: 0 };
  for (const { id } of world.shapes) {
    const first: RunRef = { jobId: world.jobId, step: id, generation: job.generations[id] ?? 0, pass: 0 };
    let passes = 0;
    for await (const { ref, run } of plannedPasses(world.table, first)) {
      passes = run.passes - ref.pass - 1;
      sums.open += run.count;
      for await (const parent of groupParents(world.table, ref, run, () => false)) {
        for await (const { group } of groupsBelow(world.table, ref, parent, () => false)) {
          sums.open -= group.done.size + group.accepted.size + group.failed.size;
          sums.failed += group.failed.size;
          sums.accepted += group.accepted.size;
        }
      }
    }
    sums.open += passes;
  }
  return sums;
}
