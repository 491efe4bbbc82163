/** A job as its item. Its generations are one text, so that a condition can compare them whole. */
import type { JobRecord, NewJob, StepId, Waiting, WaitingChange } from '../../../engine/records.ts';
import {
  type Attributes,
  flag,
  number,
  readFlag,
  readJson,
  readNumber,
  readText,
  readTextSet,
  text,
} from './attributes.ts';
import { asValues, type Change } from './items.ts';

/** In one order, whatever order the record was read in: the condition compares texts. */
export const generationsText = (generations: Readonly<Record<StepId, number>>) =>
  ({ S: JSON.stringify(Object.entries(generations).sort(([a], [b]) => (a < b ? -1 : 1))) }) as const;

/** `until` has an attribute of its own, for the condition. */
const waitingAttributes = (waiting: Waiting): Attributes => ({
  waiting: text(JSON.stringify(waiting)),
  waitingUntil: number(waiting.until),
});

export function waitingChange(seenUntil: number, { waiting, parameters, output }: WaitingChange): Change {
  const set: Attributes = {
    ...(waiting ? waitingAttributes(waiting) : {}),
    ...(parameters ? { parameters: text(JSON.stringify(parameters)) } : {}),
    ...(output === undefined ? {} : { output: text(output) }),
  };
  const sets = Object.keys(set).map((name) => `#${name} = :${name}`);
  const clauses = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(waiting ? [] : ['REMOVE #waiting, #waitingUntil']),
  ];
  return {
    condition: '#waitingUntil = :seen',
    update: clauses.join(' '),
    values: { ...asValues(set), ':seen': number(seenUntil) },
  };
}

export const firstItem = (job: NewJob): Attributes => ({
  input: text(job.input),
  output: text(job.output),
  parameters: text(JSON.stringify(job.parameters)),
  pipelineVersion: text(job.pipelineVersion),
  build: text(job.build),
  createdAt: number(job.createdAt),
  steps: text(JSON.stringify(job.steps)),
  generations: generationsText(Object.fromEntries(job.steps.map((step) => [step, 0]))),
  cancelled: flag(false),
  quietUntil: number(0),
  ...(job.waiting ? waitingAttributes(job.waiting) : {}),
});

export function toJob(item: Attributes): JobRecord {
  const generations = new Map(readJson<[StepId, number][]>(item, 'generations'));
  const steps = readJson<StepId[]>(item, 'steps');
  return {
    jobId: readText(item, 'pk'),
    input: readText(item, 'input'),
    output: readText(item, 'output'),
    parameters: readJson(item, 'parameters'),
    pipelineVersion: readText(item, 'pipelineVersion'),
    build: readText(item, 'build'),
    createdAt: readNumber(item, 'createdAt'),
    generations: Object.fromEntries(steps.map((step) => [step, generations.get(step) ?? 0])),
    cancelled: readFlag(item, 'cancelled'),
    quietUntil: readNumber(item, 'quietUntil'),
    doneSteps: readTextSet(item, 'doneSteps'),
    failedSteps: readTextSet(item, 'failedSteps'),
    incompleteSteps: readTextSet(item, 'incompleteSteps'),
    ...(item.waiting ? { waiting: readJson<Waiting>(item, 'waiting') } : {}),
  };
}
