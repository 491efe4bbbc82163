/**
 * The files that tasks write and read. A task reads, by plan, every file of the steps it waits for and of its own pass
 * before, and writes one file that follows from them: a task that ran too early or wrote too late shows.
 */
import { createHash } from 'node:crypto';
import { readAccepted } from '../../../shared/engine/accepted.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { JobRecord, RunRef } from '../../../shared/engine/records.ts';
import { countOf, passesOf, type ScriptedStep, type TaskName } from './script.ts';

export type TaskFiles = ReturnType<typeof makeTaskFiles>;

interface Input {
  readonly key: TaskName;
  /** Accepted as missing, so nobody reads it, whether it is there or not. */
  readonly gap: boolean;
}

export function makeTaskFiles(steps: readonly ScriptedStep[], store: ObjectStore) {
  const files = new Map<string, string>();

  const stepOf = (id: string): ScriptedStep => {
    const step = steps.find((candidate) => candidate.id === id);
    if (!step) throw new Error(`no step ${id}`);
    return step;
  };

  async function inputsOf(job: JobRecord, ref: RunRef): Promise<Input[]> {
    const read = (stepOf(ref.step).waitsFor ?? []).flatMap((id) =>
      Array.from({ length: passesOf(stepOf(id)) }, (_, pass) => ({ id, pass })),
    );
    if (ref.pass > 0) read.push({ id: ref.step, pass: ref.pass - 1 });
    const inputs: Input[] = [];
    for (const { id, pass } of read) {
      const generation = job.generations[id] ?? 0;
      const accepted = (await readAccepted(store, id, generation)).find((file) => file.pass === pass);
      for (let index = 0; index < countOf(stepOf(id), generation); index++) {
        inputs.push({ key: `${id}/${pass}/${index}`, gap: accepted?.tasks.includes(index) ?? false });
      }
    }
    return inputs;
  }

  const contents = (ref: RunRef, index: number, inputs: readonly string[]): string => {
    const digest = createHash('sha1').update(inputs.join('\n')).digest('hex').slice(0, 8);
    return `${ref.step}@${ref.generation}/${ref.pass}/${index} from ${digest}`;
  };

  const valuesOf = (inputs: readonly Input[], from: ReadonlyMap<string, string>): string[] =>
    inputs.map(({ key, gap }) => (gap ? 'gap' : (from.get(key) ?? 'absent')));

  /** By the job's generations alone; without accepted tasks, whose files may be anything. */
  async function expected(job: JobRecord): Promise<Map<TaskName, string>> {
    const right = new Map<TaskName, string>();
    for (const step of steps) {
      const generation = job.generations[step.id] ?? 0;
      const gaps = await readAccepted(store, step.id, generation);
      for (let pass = 0; pass < passesOf(step); pass++) {
        const ref: RunRef = { jobId: job.jobId, step: step.id, generation, pass };
        const values = valuesOf(await inputsOf(job, ref), right);
        const accepted = gaps.find((file) => file.pass === pass)?.tasks ?? [];
        for (let index = 0; index < countOf(step, generation); index++) {
          if (!accepted.includes(index))
            right.set(`${step.id}/${pass}/${index}`, contents(ref, index, values));
        }
      }
    }
    return right;
  }

  return {
    files,
    read: async (job: JobRecord, ref: RunRef) => valuesOf(await inputsOf(job, ref), files),
    write: (ref: RunRef & { readonly index: number }, inputs: readonly string[]): void => {
      files.set(`${ref.step}/${ref.pass}/${ref.index}`, contents(ref, ref.index, inputs));
    },
    /** Files that are not what the job's generations ask for. */
    wrong: async (job: JobRecord): Promise<string[]> => {
      const right = [...(await expected(job))];
      const wrong = right.filter(([key, value]) => files.get(key) !== value);
      return wrong.map(([key, value]) => `${key} is "${files.get(key)}", should be "${value}"`);
    },
    /** Files that this pass would read now and that are not right yet. */
    tooEarly: async (job: JobRecord, ref: RunRef): Promise<string[]> => {
      const right = await expected(job);
      const wrong = (await inputsOf(job, ref)).filter(
        ({ key, gap }) => !gap && files.get(key) !== right.get(key),
      );
      return wrong.map(({ key }) => `found ${key} "${files.get(key)}", not "${right.get(key)}"`);
    },
  };
}
