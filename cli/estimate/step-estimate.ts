/** What one step's tasks take and move: its plan, multiplied by what tasks were measured to take. */
import type { Acquisition } from '../../shared/acquisition/acquisition.ts';
import type { StepId } from '../../shared/engine/records.ts';
import type { Needs, Plan } from '../../shared/engine/step.ts';
import type { NominalPlan, PlannedStep } from './nominal-plan.ts';
import type { Measurement, StepTimes } from './task-times.ts';
import { planesOf, type UnitName, workOf } from './work-units.ts';
import { writtenChunks } from './written-chunks.ts';

export interface PassEstimate {
  readonly tasks: number;
  /** On one core; of all tasks. */
  readonly seconds: number;
  readonly longestTaskSeconds: number;
}

export interface StepEstimate {
  readonly step: StepId;
  readonly service: string;
  readonly waitsFor: readonly StepId[];
  readonly tasks: number;
  readonly passes: readonly PassEstimate[];
  readonly needs: Needs;
  readonly unit: UnitName;
  readonly units: number;
  readonly seconds: number;
  /** Of the acquisition, as stored. */
  readonly bytesRead: number;
  /** All objects, as stored. */
  readonly bytesWritten: number;
  readonly s3Gets: number;
  readonly s3Puts: number;
  /** False: no measurement of this step; its own `needs` are taken. */
  readonly isMeasured: boolean;
}

export const stepEstimates = (plan: NominalPlan, measured: Measurement): StepEstimate[] =>
  plan.steps.map((step) => stepEstimate(step, plan, measured));

/** Tasks of a pass that are looked at: they differ only at the borders of the volume. */
const LOOKED_AT = 1000;

interface PassWork {
  readonly tasks: number;
  readonly units: number;
  readonly mostUnits: number;
  readonly reads: number | undefined;
  readonly writtenBytes: number | undefined;
}

function stepEstimate(step: PlannedStep, plan: NominalPlan, measured: Measurement): StepEstimate {
  const { acquisition } = plan;
  const works = step.plans.map((pass) => passWork(step, pass, acquisition));
  const units = total(works.map((work) => work.units));
  const times = measured.steps[step.id];
  const secondsPerUnit = times === undefined ? 1 : times.cpuSeconds / times.units;
  const { id, service, waitsFor, needs, tasks } = step;
  return {
    step: id,
    ...{ service, waitsFor, needs, tasks, units },
    unit: times?.unit ?? 'second of its needs',
    passes: works.map((work) => ({
      tasks: work.tasks,
      seconds: work.units * secondsPerUnit,
      longestTaskSeconds: work.mostUnits * secondsPerUnit,
    })),
    seconds: units * secondsPerUnit,
    ...movedBy(step, works, plan, measured, times),
    isMeasured: times !== undefined,
  };
}

function movedBy(
  { id, tasks }: PlannedStep,
  works: readonly PassWork[],
  plan: NominalPlan,
  measured: Measurement,
  times: StepTimes | undefined,
) {
  if (times === undefined) return { bytesRead: 0, bytesWritten: 0, s3Gets: 0, s3Puts: 0 };
  const units = total(works.map((work) => work.units));
  const share = units / times.units;
  const storedAs = id === 'ingest.scan' ? 1 : bytesPerVoxel(plan.acquisition) / bytesPerVoxelOf(measured);
  const reads = exact(works.map((work) => work.reads)) ?? times.sourceRequests * share;
  const chunks = writtenChunks(id, plan);
  return {
    bytesRead: times.sourceBytes * share * storedAs,
    bytesWritten: exact(works.map((work) => work.writtenBytes)) ?? times.writtenBytes * share,
    s3Gets: reads + times.storeReads * share,
    // Most steps write some files for each task; the preview is a volume.
    s3Puts: chunks ?? times.writes * (id === 'stitching.preview' ? share : tasks / times.tasks),
  };
}

/** By tasks spread evenly over the plan, where it has many. */
function passWork(step: PlannedStep, plan: Plan<unknown>, acquisition: Acquisition): PassWork {
  const looks = Math.min(plan.count, LOOKED_AT);
  const works = Array.from({ length: looks }, (_, look) =>
    workOf(step, plan.task(spread(look, looks, plan.count)), acquisition),
  );
  const each = looks === 0 ? 0 : plan.count / looks;
  const scaled = (values: readonly (number | undefined)[]) => {
    const sum = exact(values);
    return sum === undefined ? undefined : sum * each;
  };
  return {
    tasks: plan.count,
    units: total(works.map(({ units }) => units)) * each,
    mostUnits: works.reduce((most, { units }) => Math.max(most, units), 0),
    reads: scaled(works.map(({ reads }) => reads)),
    writtenBytes: scaled(works.map(({ writtenBytes }) => writtenBytes)),
  };
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Every task once where all are looked at; else by the golden ratio, which falls into step with no row of blocks. */
const spread = (look: number, looks: number, count: number): number =>
  looks === count ? look : Math.floor((((look + 0.5) * GOLDEN) % 1) * count);

const bytesPerVoxel = (acquisition: Acquisition): number => {
  const [width, height] = acquisition.tileSize;
  return acquisition.rawBytes / Math.max(1, planesOf(acquisition) * width * height);
};

const bytesPerVoxelOf = ({ rawBytes, tileSize: [x, y, z], tiles, channels }: Measurement): number =>
  rawBytes / (x * y * z * tiles * channels);

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Undefined where one of them is. */
const exact = (values: readonly (number | undefined)[]): number | undefined =>
  values.length === 0 || values.includes(undefined) ? undefined : total(values as number[]);
