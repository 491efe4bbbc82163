import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readState } from '../../shared/adapters/local/state.ts';
import { firstPass } from '../../shared/engine/ready.ts';
import { GROUP_SIZE, groupsOf } from '../../shared/engine/records.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { runsAll } from '../long.ts';
import { expectedOutput, type NumberJob, numberJob } from './number-job.ts';

const LOCAL = new URL('../../dist/shared/hosts/local.js', import.meta.url).href;
const SCRIPT = fileURLToPath(new URL('./fixtures/run-numbers.js', import.meta.url));

const COUNT = 260;
const TASK_MILLISECONDS = 3;
/** One process is killed while it starts, the others a while after some of its tasks were done. */
const KILLS = 4;
const LONGEST_START_MILLISECONDS = 400;
const LONGEST_WORK_MILLISECONDS = 300;
const SEEDS = runsAll ? [1, 2, 3, 4, 5, 6, 7, 8] : [1];

describe('kill -9', () => {
  it.each(SEEDS)(
    'at random moments: what is done stays done, and the output is the same (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const job = await numberJob(COUNT, TASK_MILLISECONDS);
      let done = new Set<number>();
      for (let kill = 0; kill < KILLS; kill++) {
        const process = start(job);
        if (kill > 0) await Promise.race([once(process.stdout, 'data'), once(process, 'exit')]);
        await delay(random() * (kill > 0 ? LONGEST_WORK_MILLISECONDS : LONGEST_START_MILLISECONDS));
        await end(process);
        expectNotRunAgain(await job.runs(), done);
        done = await doneSquares(job);
      }
      expect(done.size).toBeGreaterThan(0);
      expect(await run(job)).toMatch(/done$/);
      expectNotRunAgain(await job.runs(), done);
      expect(await job.output()).toEqual(expectedOutput(COUNT));
      await job.remove();
    },
  );
});

function start({ options }: NumberJob) {
  const { job, stateFolder, workers, memoryMiB, pipelineModule } = options;
  const text = JSON.stringify({ job, stateFolder, workers, memoryMiB, pipelineModule });
  return spawn(process.execPath, [SCRIPT, LOCAL, text], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function end(child: ReturnType<typeof start>): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function run(job: NumberJob): Promise<string> {
  const child = start(job);
  let printed = '';
  child.stdout.on('data', (text: Buffer) => {
    printed += text.toString();
  });
  await once(child, 'close');
  return printed;
}

/** By the records as the dead process left them. */
async function doneSquares({ options }: NumberJob): Promise<Set<number>> {
  const done = new Set<number>();
  const state = await readState(options.stateFolder);
  const job = await state?.table.getJob(options.job.jobId);
  for (let group = 0; job && group < groupsOf(COUNT); group++) {
    const record = await state?.table.getGroup({ ...firstPass(job, 'numbers.square'), group });
    for (const slot of record?.done ?? []) done.add(group * GROUP_SIZE + slot);
  }
  state?.close();
  return done;
}

function expectNotRunAgain(runs: readonly string[], done: ReadonlySet<number>): void {
  const squares = runs.filter((line) => line.startsWith('square ')).map((line) => Number(line.split(' ')[1]));
  expect(squares.filter((index) => done.has(index))).toEqual([]);
}
