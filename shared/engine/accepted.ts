/**
 * Which tasks of a step were given up for good (`retry --accept-missing`), as a file for the steps after it. A gap is
 * what this file says, not an absent file: a stalled duplicate may still write an accepted task's files, and then two
 * readers would see different inputs (PROTOCOL section 5, row 15).
 */
import { z } from 'zod';
import type { Engine } from './engine.ts';
import { readFileIfPresent, writeFile } from './files.ts';
import type { ObjectStore } from './ports.ts';
import { GROUP_SIZE, type JobRecord, type RunRecord, type RunRef, runOf, type StepId } from './records.ts';
import type { StepFile } from './step.ts';
import { groupParents, groupsBelow } from './tree.ts';

const schema = z.object({
  format: z.literal('cloudreg-accepted/1'),
  step: z.string(),
  generation: z.number().int(),
  pass: z.number().int(),
  /** Indices in the step's plan of this pass, ascending. */
  tasks: z.array(z.number().int()),
});

export type Accepted = z.infer<typeof schema>;

const folderOf = (step: StepId, generation: number): string =>
  `.cloudreg/${step.replace('.', '/')}/gaps/${generation}`;

/**
 * One file per generation and pass: what it says is final when it is first written, so that whoever writes it, however
 * late, writes the same bytes.
 */
const acceptedFile = ({ step, generation, pass }: RunRef): StepFile<Accepted> => ({
  key: `${folderOf(step, generation)}/${pass}/problems.json`,
  schema,
});

/** Called when a pass is done, before anything is told: later steps find the file. */
export async function writeAccepted(
  engine: Engine,
  job: JobRecord,
  ref: RunRef,
  run: RunRecord,
): Promise<void> {
  const { step, generation, pass } = ref;
  const tasks = await acceptedTasks(engine, ref, run);
  const store = await engine.openOutput(job);
  await writeFile(store, acceptedFile(ref), { format: 'cloudreg-accepted/1', step, generation, pass, tasks });
}

/** The gaps of a step that is done, pass by pass; empty where it has none. */
export async function readAccepted(
  store: ObjectStore,
  step: StepId,
  generation: number,
): Promise<Accepted[]> {
  const found: Accepted[] = [];
  // Safe to list: the folder holds this generation only, and the step is done.
  for await (const { key } of store.list(`${folderOf(step, generation)}/`)) {
    const file = await readFileIfPresent(store, { key, schema });
    if (file) found.push(file);
  }
  return found.sort((a, b) => a.pass - b.pass);
}

async function acceptedTasks({ table }: Engine, ref: RunRef, run: RunRecord): Promise<number[]> {
  const withoutGaps = (parent: RunRecord | { accepted: ReadonlySet<number> }, child: number): boolean =>
    !parent.accepted.has(child);
  const tasks: number[] = [];
  for await (const parent of groupParents(table, runOf(ref), run, withoutGaps)) {
    for await (const { ref: groupRef, group } of groupsBelow(table, ref, parent, withoutGaps)) {
      const slots = [...group.accepted].sort((a, b) => a - b);
      tasks.push(...slots.map((slot) => groupRef.group * GROUP_SIZE + slot));
    }
  }
  return tasks;
}
