/** Who plans and runs the scripted steps. */
import type { Engine } from '../../../shared/engine/engine.ts';
import { PermanentError, TaskAborted } from '../../../shared/engine/errors.ts';
import type { JobRecord, RunRef } from '../../../shared/engine/records.ts';
import type { Readiness } from '../../../shared/engine/step.ts';
import type { Calls } from './process.ts';
import {
  type Behaviour,
  countOf,
  passesOf,
  type Script,
  type ScriptedStep,
  type TaskName,
} from './script.ts';
import type { TaskFiles } from './task-files.ts';

export function makeWorkers(
  steps: readonly ScriptedStep[],
  taskFiles: TaskFiles,
  jobNow: () => Promise<JobRecord>,
) {
  const runs = new Map<TaskName, number>();
  const plans = new Map<string, number>();
  const violations: string[] = [];
  let script: Script = {};
  let looks = 0;
  let wasComplete = false;

  /** A task of the generation that counts finds every file it waits for, and finds it right. */
  async function checkOrder(ref: RunRef & { readonly index: number }): Promise<void> {
    const job = await jobNow();
    if (job.generations[ref.step] !== ref.generation) return;
    const task = `${ref.step}@${ref.generation}/${ref.pass}/${ref.index}`;
    const wrong = await taskFiles.tooEarly(job, ref);
    violations.push(...wrong.map((found) => `${task} ran too early: ${found}`));
  }

  const look = async (): Promise<Readiness> => {
    const sight = script.ready?.(looks++) ?? 'complete';
    if (sight === 'throws for good') throw new PermanentError('the input is no input');
    if (sight === 'throws') throw new Error('the input cannot be reached');
    if (sight === 'not yet') return { ready: false, progress: `look ${looks}` };
    wasComplete = true;
    return { ready: true };
  };

  const planner = (calls: Calls): Engine['planner'] => ({
    ready: async (_, id) => (id === steps[0]?.id ? calls.call(`look ${id}`, look) : undefined),
    plan: async (job, id, pass) => {
      await calls.call(`plan ${id}/${pass}`, async () => undefined);
      if (script.ready && !wasComplete && id === steps[0]?.id)
        violations.push(`${id} was planned before its input was complete`);
      const earlier = count(plans, `${id}/${pass}`);
      await behave(script.plan?.(id, pass, earlier) ?? 'works', `the plan of ${id}`, calls);
      const step = steps.find((candidate) => candidate.id === id);
      if (!step) throw new Error(`no step ${id}`);
      return { count: countOf(step, job.generations[id] ?? 0), passes: passesOf(step) };
    },
  });

  const runner = (calls: Calls): Engine['runner'] => ({
    run: async (job, task, signal) => {
      const name: TaskName = `${task.step}/${task.pass}/${task.index}`;
      const stopIfAborted = (): void => {
        if (signal.aborted) throw new TaskAborted('told to stop');
      };
      const earlier = count(runs, name);
      const inputs = await calls.call(`read ${name}`, async () => {
        stopIfAborted();
        await checkOrder(task);
        return taskFiles.read(job, task);
      });
      await behave(script.task?.(name, earlier) ?? 'works', name, calls);
      await calls.call(`write ${name}`, async () => {
        stopIfAborted();
        taskFiles.write(task, inputs);
      });
      return { bytesRead: 0, bytesWritten: 1 };
    },
  });

  return {
    planner,
    runner,
    runs,
    looks: () => looks,
    violations,
    follow: (next: Script): void => {
      script = next;
    },
  };
}

async function behave(behaviour: Behaviour, what: string, calls: Calls): Promise<void> {
  if (behaviour === 'kills') await calls.die();
  if (behaviour === 'throws for good') throw new PermanentError(`${what} fails for good`);
  if (behaviour === 'throws') throw new Error(`${what} fails`);
}

function count<K>(counts: Map<K, number>, key: K): number {
  const earlier = counts.get(key) ?? 0;
  counts.set(key, earlier + 1);
  return earlier;
}
