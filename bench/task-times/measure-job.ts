/** Runs a job's steps task by task in this thread, and measures each. */
import { planFromSource } from '../../cli/estimate/nominal-plan.ts';
import type { Measurement, StepTimes } from '../../cli/estimate/task-times.ts';
import { unitName, workOf } from '../../cli/estimate/work-units.ts';
import { jobParameters } from '../../services/parameters.ts';
import { pipeline } from '../../services/pipeline.ts';
import { memoryTable } from '../../shared/adapters/memory/table.ts';
import { openStore } from '../../shared/adapters/open-store.ts';
import { makeJob } from '../../shared/engine/job.ts';
import { loadStep, makeInputsCache } from '../../shared/engine/loaded-step.ts';
import type { StepId } from '../../shared/engine/records.ts';
import { runTask } from '../../shared/engine/run-task.ts';
import { stepId } from '../../shared/engine/step.ts';
import { countedStores, nothingMoved } from './counted-stores.ts';

/** Needs an atlas, or a volume or image: not part of every job. */
const LEFT_OUT = ['registration.', 'illumination-correction.apply', 'ingest.inspect', 'ingest.convert'];

export async function measureJob(
  input: string,
  output: string,
  print: (text: string) => void,
): Promise<Measurement> {
  const steps = pipeline.steps.map(stepId).filter((id) => !LEFT_OUT.some((name) => id.startsWith(name)));
  const [source, store] = [await openStore(input), await openStore(output)];
  const newJob = makeJob({
    input: source.url,
    output: store.url,
    parameters: jobParameters.parse({}),
    pipelineVersion: pipeline.version,
    build: 'bench',
    createdAt: 0,
    steps,
  });
  const job = await memoryTable().createJob(newJob);
  const { acquisition } = await planFromSource(pipeline, newJob, source);
  const times: Record<StepId, StepTimes> = {};
  for (const id of inOrder(steps)) {
    const moved = nothingMoved();
    const stores = countedStores(source, store, moved);
    const cache = makeInputsCache<ReturnType<typeof jobParameters.parse>>();
    const loaded = await loadStep(pipeline, job, { step: id, generation: 0 }, store, cache);
    const planned = { id, needs: loaded.step.needs(loaded.inputs), inputs: loaded.inputs };
    let [tasks, units] = [0, 0];
    const before = process.cpuUsage();
    for (let pass = 0; pass < loaded.passes; pass++) {
      const plan = loaded.plan(pass);
      for (let index = 0; index < plan.count; index++) {
        units += workOf(planned, plan.task(index), acquisition).units;
        const task = { jobId: job.jobId, step: id, generation: 0, pass, index };
        await runTask(pipeline, job, task, { ...stores, cache });
        tasks += 1;
      }
    }
    const { user, system } = process.cpuUsage(before);
    if (tasks === 0) continue;
    const cpuSeconds = (user + system) / 1e6;
    times[id] = {
      unit: unitName(id),
      tasks,
      units: rounded(units),
      cpuSeconds: rounded(cpuSeconds),
      ...moved,
    };
    print(`  ${id}: ${tasks} tasks, ${rounded(units)} x ${unitName(id)}, ${rounded(cpuSeconds)} CPU s`);
  }
  const { tileSize, channels, tiles, rawBytes } = acquisition;
  return { tileSize, channels: channels.length, tiles: tiles.length, rawBytes, steps: times };
}

/** Each step after all it waits for. */
function inOrder(ids: readonly StepId[]): StepId[] {
  const left = pipeline.steps.filter((step) => ids.includes(stepId(step)));
  const done: StepId[] = [];
  while (left.length > 0) {
    const next = left.findIndex(({ waitsFor }) =>
      waitsFor.every((other) => done.includes(other) || !ids.includes(other)),
    );
    done.push(stepId(left.splice(next, 1)[0]!));
  }
  return done;
}

const rounded = (value: number): number => Number(value.toPrecision(4));
