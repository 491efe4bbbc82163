/**
 * What a job would consist of, asked of the steps themselves: their own plans and needs, over the files that the first
 * steps write. Where tiles lie is known only once they are aligned, so `stitching.place` runs with the stage's word.
 */
import type { JobParameters } from '../../services/parameters.ts';
import { type Acquisition, acquisitionFile } from '../../shared/acquisition/acquisition.ts';
import { type Placement, placementFile } from '../../shared/acquisition/placement.ts';
import { problemsFile } from '../../shared/acquisition/problems.ts';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { memoryTable } from '../../shared/adapters/memory/table.ts';
import { readFile, writeFile } from '../../shared/engine/files.ts';
import { type LoadedStep, loadStep, makeInputsCache } from '../../shared/engine/loaded-step.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import type { JobRecord, JsonObject, NewJob, StepId } from '../../shared/engine/records.ts';
import { runTask } from '../../shared/engine/run-task.ts';
import { type Needs, type Pipeline, type Plan, stepId } from '../../shared/engine/step.ts';

export interface PlannedStep {
  readonly id: StepId;
  readonly service: string;
  readonly waitsFor: readonly StepId[];
  readonly needs: Needs;
  /** Pass by pass. */
  readonly plans: readonly Plan<unknown>[];
  /** All passes together. */
  readonly tasks: number;
  readonly inputs: LoadedStep<JobParameters>['inputs'];
}

export interface NominalPlan {
  readonly acquisition: Acquisition;
  readonly placement: Placement;
  /** True where tiles will be placed by their overlaps, so that the volume may be some voxels larger or smaller. */
  readonly isNominal: boolean;
  readonly steps: readonly PlannedStep[];
}

type JobPipeline = Pipeline<JobParameters>;

const SCAN: StepId = 'ingest.scan';
const PLACE: StepId = 'stitching.place';

/** Reads names and headers of the planes, and no pixel. */
export async function planFromSource(
  pipeline: JobPipeline,
  newJob: NewJob,
  source: ObjectStore,
): Promise<NominalPlan> {
  const store = memoryStore(newJob.output);
  await runOne(pipeline, newJob, SCAN, store, source);
  return planWith(pipeline, newJob, store, source);
}

/** For an acquisition that is only thought of. */
export async function planFromAcquisition(
  pipeline: JobPipeline,
  newJob: NewJob,
  acquisition: Acquisition,
): Promise<NominalPlan> {
  const store = memoryStore(newJob.output);
  await writeFile(store, acquisitionFile, acquisition);
  await writeFile(store, problemsFile, { format: 'cloudreg-problems/1', problems: [] });
  return planWith(pipeline, newJob, store, memoryStore(newJob.input));
}

async function planWith(
  pipeline: JobPipeline,
  newJob: NewJob,
  store: ObjectStore,
  source: ObjectStore,
): Promise<NominalPlan> {
  const isNominal = newJob.parameters.placement === 'auto';
  const parameters: JsonObject = isNominal
    ? { ...newJob.parameters, placement: 'nominal' }
    : newJob.parameters;
  await runOne(pipeline, { ...newJob, parameters }, PLACE, store, source);
  const job = await recordOf(newJob);
  const steps: PlannedStep[] = [];
  for (const step of pipeline.steps) {
    const id = stepId(step);
    if (!newJob.steps.includes(id)) continue;
    const loaded = await loadStep(pipeline, job, { step: id, generation: 0 }, store, makeInputsCache());
    const plans = Array.from({ length: loaded.passes }, (_, pass) => loaded.plan(pass));
    steps.push({
      id,
      service: step.service,
      waitsFor: step.waitsFor,
      needs: step.needs(loaded.inputs),
      plans,
      tasks: plans.reduce((sum, { count }) => sum + count, 0),
      inputs: loaded.inputs,
    });
  }
  const [acquisition, placement] = [
    await readFile(store, acquisitionFile),
    await readFile(store, placementFile),
  ];
  return { acquisition, placement, isNominal, steps };
}

async function runOne(
  pipeline: JobPipeline,
  newJob: NewJob,
  step: StepId,
  store: ObjectStore,
  source: ObjectStore,
): Promise<void> {
  const job = await recordOf(newJob);
  const task = { jobId: job.jobId, step, generation: 0, pass: 0, index: 0 };
  await runTask(pipeline, job, task, { store, source, cache: makeInputsCache() });
}

const recordOf = (newJob: NewJob): Promise<JobRecord> => memoryTable().createJob(newJob);
