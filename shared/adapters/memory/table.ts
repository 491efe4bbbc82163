/**
 * The job table's twin in memory. Records are replaced, never changed in place: a reader keeps what it read.
 * Each verb does its work before its first await, so it is one atomic step.
 */
import type { JobTable } from '../../engine/ports.ts';
import type {
  BlockRecord,
  ChildSets,
  FailureRecord,
  GroupRecord,
  GroupRef,
  JobRecord,
  NewJob,
  ParentRecord,
  ParentRef,
  RunRecord,
  RunRef,
  Subject,
} from '../../engine/records.ts';

export function memoryTable(): JobTable {
  return { ...jobVerbs(), ...parentVerbs(), ...groupVerbs(), ...failureVerbs() };
}

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

function jobVerbs(): Pick<JobTable, JobVerb> {
  const jobs = records<JobRecord>('job');
  return {
    createJob: async (job) => jobs.create(job.jobId, () => firstRecord(job)),
    getJob: async (jobId) => jobs.get(jobId),
    listJobs: async () => jobs.all(),
    setCancelled: async (jobId, cancelled) => jobs.change(jobId, (job) => ({ ...job, cancelled })),
    setWaiting: async (jobId, seenUntil, change) => {
      const { waiting, ...job } = jobs.read(jobId);
      if (waiting?.until !== seenUntil) return { applied: false, item: jobs.read(jobId) };
      return { applied: true, item: jobs.put(jobId, { ...job, ...change }) };
    },
    raise: async (jobId, seen, raised, quietUntil) => {
      const job = jobs.read(jobId);
      if (!sameGenerations(job.generations, seen)) return { applied: false, item: job };
      return { applied: true, item: jobs.put(jobId, { ...job, generations: { ...raised }, quietUntil }) };
    },
    stepDone: async (jobId, step) =>
      jobs.change(jobId, (job) => ({
        ...job,
        doneSteps: plus(job.doneSteps, [step]),
        failedSteps: minus(job.failedSteps, [step]),
      })),
    stepIncomplete: async (jobId, step) =>
      jobs.change(jobId, (job) => ({ ...job, incompleteSteps: plus(job.incompleteSteps, [step]) })),
    stepFailed: async (jobId, step) =>
      jobs.change(jobId, (job) =>
        job.doneSteps.has(step) ? job : { ...job, failedSteps: plus(job.failedSteps, [step]) },
      ),
    clearSteps: async (jobId, steps) =>
      jobs.change(jobId, (job) => ({ ...job, failedSteps: minus(job.failedSteps, steps) })),
  };
}

type ParentVerb =
  | 'createRun'
  | 'getRun'
  | 'createBlock'
  | 'getBlock'
  | 'setExpanded'
  | 'groupDone'
  | 'groupFailed'
  | 'clearGroups';

function parentVerbs(): Pick<JobTable, ParentVerb> {
  const parents = records<ParentRecord>('step run');
  const change = (ref: ParentRef, update: (sets: ParentRecord) => Partial<ParentRecord>): ParentRecord =>
    parents.change(parentKey(ref), (parent) => ({ ...parent, ...update(parent) }));
  return {
    createRun: async (ref, { count, passes }) =>
      parents.create(runKey(ref), () => ({ count, passes, expanded: false, ...EMPTY })) as RunRecord,
    getRun: async (ref) => parents.get(runKey(ref)) as RunRecord | undefined,
    createBlock: async (ref, size) =>
      parents.create(parentKey(ref), () => ({ size, expanded: false, ...EMPTY })) as BlockRecord,
    getBlock: async (ref) => parents.get(parentKey(ref)) as BlockRecord | undefined,
    setExpanded: async (ref) => change(ref, () => ({ expanded: true })),
    // Gaps are final when the child is complete, so a child is always put into the same one of the two sets.
    groupDone: async (ref, child, gaps) =>
      change(ref, ({ done, failed, accepted }) => ({
        done: gaps ? done : plus(done, [child]),
        accepted: gaps ? plus(accepted, [child]) : accepted,
        failed: minus(failed, [child]),
      })),
    groupFailed: async (ref, child) =>
      change(ref, ({ done, failed, accepted }) =>
        done.has(child) || accepted.has(child) ? {} : { failed: plus(failed, [child]) },
      ),
    clearGroups: async (ref, children) => change(ref, ({ failed }) => ({ failed: minus(failed, children) })),
  };
}

type GroupVerb =
  | 'createGroup'
  | 'getGroup'
  | 'setSent'
  | 'markDone'
  | 'healDone'
  | 'markFailed'
  | 'clearFailed'
  | 'accept';

function groupVerbs(): Pick<JobTable, GroupVerb> {
  const groups = records<GroupRecord>('group');
  const change = (ref: GroupRef, update: (group: GroupRecord) => Partial<GroupRecord>): GroupRecord =>
    groups.change(groupKey(ref), (group) => ({ ...group, ...update(group) }));
  return {
    createGroup: async (ref, size) => groups.create(groupKey(ref), () => ({ size, sent: false, ...EMPTY })),
    getGroup: async (ref) => groups.get(groupKey(ref)),
    setSent: async (ref) => change(ref, () => ({ sent: true })),
    markDone: async (ref, slot) =>
      change(ref, ({ done, failed, accepted }) =>
        failed.has(slot) || accepted.has(slot) ? {} : { done: plus(done, [slot]) },
      ),
    healDone: async (ref, slot) =>
      change(ref, ({ done, failed, accepted }) =>
        accepted.has(slot) ? {} : { done: plus(done, [slot]), failed: minus(failed, [slot]) },
      ),
    markFailed: async (ref, slot) =>
      change(ref, ({ done, failed, accepted }) =>
        done.has(slot) || accepted.has(slot) ? {} : { failed: plus(failed, [slot]) },
      ),
    clearFailed: async (ref, slots) => change(ref, ({ failed }) => ({ failed: minus(failed, slots) })),
    accept: async (ref, slots) => {
      const group = groups.read(groupKey(ref));
      if (!sameMembers(group.failed, slots)) return { applied: false, item: group };
      const item = { ...group, accepted: plus(group.accepted, slots), failed: new Set<number>() };
      return { applied: true, item: groups.put(groupKey(ref), item) };
    },
  };
}

type FailureVerb = 'countAttempt' | 'resetAttempts' | 'listFailures';

function failureVerbs(): Pick<JobTable, FailureVerb> {
  const runs = new Map<string, Map<Subject, FailureRecord>>();
  const of = (ref: RunRef): Map<Subject, FailureRecord> => {
    const failures = runs.get(runKey(ref)) ?? new Map<Subject, FailureRecord>();
    runs.set(runKey(ref), failures);
    return failures;
  };
  return {
    countAttempt: async (ref, subject, lastError) => {
      const failures = of(ref);
      const failure = { subject, attempts: (failures.get(subject)?.attempts ?? 0) + 1, lastError };
      failures.set(subject, failure);
      return failure;
    },
    resetAttempts: async (ref, subjects) => {
      const failures = of(ref);
      for (const subject of subjects) failures.delete(subject);
    },
    listFailures: async (ref) => [...of(ref).values()],
  };
}

const EMPTY: ChildSets = { done: new Set(), failed: new Set(), accepted: new Set() };

function firstRecord({ steps, ...job }: NewJob): JobRecord {
  return {
    ...job,
    cancelled: false,
    quietUntil: 0,
    generations: Object.fromEntries(steps.map((step) => [step, 0])),
    doneSteps: new Set(),
    failedSteps: new Set(),
    incompleteSteps: new Set(),
  };
}

const runKey = (ref: RunRef): string => `${ref.jobId}/${ref.step}@${ref.generation}/${ref.pass}`;
const parentKey = (ref: ParentRef): string =>
  'block' in ref ? `${runKey(ref)}/block-${ref.block}` : runKey(ref);
const groupKey = (ref: GroupRef): string => `${runKey(ref)}/${ref.group}`;

function plus<T>(set: ReadonlySet<T>, members: readonly T[]): ReadonlySet<T> {
  if (members.every((member) => set.has(member))) return set;
  const grown = new Set(set);
  for (const member of members) grown.add(member);
  return grown;
}

function minus<T>(set: ReadonlySet<T>, members: readonly T[]): ReadonlySet<T> {
  if (!members.some((member) => set.has(member))) return set;
  const left = new Set(set);
  for (const member of members) left.delete(member);
  return left;
}

const sameMembers = (set: ReadonlySet<number>, members: readonly number[]): boolean =>
  set.size === new Set(members).size && members.every((member) => set.has(member));

function sameGenerations(a: JobRecord['generations'], b: JobRecord['generations']): boolean {
  const steps = Object.keys(a);
  return steps.length === Object.keys(b).length && steps.every((step) => a[step] === b[step]);
}

/** Records of one kind by key. */
function records<Item>(kind: string) {
  const items = new Map<string, Item>();
  const read = (key: string): Item => {
    const item = items.get(key);
    if (item === undefined) throw new Error(`no ${kind} ${key}: it must be created before it is written to`);
    return item;
  };
  const put = (key: string, item: Item): Item => {
    items.set(key, item);
    return item;
  };
  return {
    get: (key: string): Item | undefined => items.get(key),
    all: (): Item[] => [...items.values()],
    read,
    put,
    create: (key: string, make: () => Item): Item => items.get(key) ?? put(key, make()),
    change: (key: string, update: (item: Item) => Item): Item => put(key, update(read(key))),
  };
}
