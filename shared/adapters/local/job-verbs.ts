/** The job itself: one JSON text, read, changed and written in one transaction. */
import type { JobTable } from '../../engine/ports.ts';
import type { JobRecord, NewJob, StepAt, StepId } from '../../engine/records.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Sqlite } from './sqlite.ts';

export const JOB_SCHEMA = 'CREATE TABLE IF NOT EXISTS jobs (job_id TEXT PRIMARY KEY, record TEXT NOT NULL)';

type JobVerb =
  | 'createJob'
  | 'getJob'
  | 'listJobs'
  | 'setCancelled'
  | 'setWaiting'
  | 'raise'
  | 'stepDone'
  | 'stepIncomplete'
  | 'stepFailed'
  | 'clearSteps';

interface JobRow {
  readonly record: string;
}

export function jobVerbs(database: Sqlite, commit: GroupCommit): Pick<JobTable, JobVerb> {
  const find = (jobId: string): JobRecord | undefined => {
    const row = database.get<JobRow>('SELECT record FROM jobs WHERE job_id = ?', jobId);
    return row && fromText(row.record);
  };
  const read = (jobId: string): JobRecord => {
    const job = find(jobId);
    if (job === undefined) throw new Error(`no job ${jobId} in this state: it was never created`);
    return job;
  };
  const store = (job: JobRecord): JobRecord => {
    database.run('UPDATE jobs SET record = ? WHERE job_id = ?', toText(job), job.jobId);
    return job;
  };
  const change = (jobId: string, update: (job: JobRecord) => Partial<JobRecord>): Promise<JobRecord> =>
    commit.write(() => {
      const job = read(jobId);
      return store({ ...job, ...update(job) });
    });

  return {
    createJob: (job) =>
      commit.write(() => {
        const text = toText(firstRecord(job));
        database.run('INSERT INTO jobs VALUES (?, ?) ON CONFLICT DO NOTHING', job.jobId, text);
        return read(job.jobId);
      }),
    getJob: async (jobId) => find(jobId),
    listJobs: async () => {
      const rows = database.all<JobRow>('SELECT record FROM jobs ORDER BY job_id');
      return rows.map((row) => fromText(row.record));
    },
    setCancelled: (jobId, cancelled) => change(jobId, () => ({ cancelled })),
    setWaiting: (jobId, seenUntil, change) =>
      commit.write(() => {
        const { waiting, ...job } = read(jobId);
        if (waiting?.until !== seenUntil) return { applied: false, item: read(jobId) };
        return { applied: true, item: store({ ...job, ...change }) };
      }),
    raise: (jobId, seen, raised, quietUntil) =>
      commit.write(() => {
        const job = read(jobId);
        const applied = areEqual(job.generations, seen);
        return { applied, item: applied ? store({ ...job, generations: { ...raised }, quietUntil }) : job };
      }),
    stepDone: (jobId, step) =>
      change(jobId, (job) => ({
        doneSteps: new Set([...job.doneSteps, step]),
        failedSteps: without(job.failedSteps, [step]),
      })),
    stepIncomplete: (jobId, step) =>
      change(jobId, (job) => ({ incompleteSteps: new Set([...job.incompleteSteps, step]) })),
    stepFailed: (jobId, step) =>
      change(jobId, (job) =>
        job.doneSteps.has(step) ? {} : { failedSteps: new Set([...job.failedSteps, step]) },
      ),
    clearSteps: (jobId, steps) => change(jobId, (job) => ({ failedSteps: without(job.failedSteps, steps) })),
  };
}

function firstRecord({ steps, ...job }: NewJob): JobRecord {
  const generations: Record<StepId, number> = Object.fromEntries(steps.map((step) => [step, 0]));
  const none: ReadonlySet<StepAt> = new Set();
  const sets = { doneSteps: none, failedSteps: none, incompleteSteps: none };
  return { ...job, cancelled: false, quietUntil: 0, generations, ...sets };
}

const toText = (job: JobRecord): string =>
  JSON.stringify(job, (_, value: unknown) => (value instanceof Set ? [...value] : value));

function fromText(text: string): JobRecord {
  const job = JSON.parse(text);
  return {
    ...job,
    doneSteps: new Set(job.doneSteps),
    failedSteps: new Set(job.failedSteps),
    incompleteSteps: new Set(job.incompleteSteps),
  };
}

const without = (set: ReadonlySet<string>, gone: readonly string[]): Set<string> =>
  new Set([...set].filter((element) => !gone.includes(element)));

const areEqual = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([key, value]) => b[key] === value);
