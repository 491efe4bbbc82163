/** Small jobs, what goes wrong in them, and which commands come while they run. */
import type { Behaviour, ScriptedStep, Sight, TaskName } from '../kit/script.ts';

export type CommandName = 'resume' | 'retry' | 'accept' | 'redo a' | 'redo b' | 'cancel' | 'purge';

export interface Scenario {
  readonly name: string;
  readonly steps: readonly ScriptedStep[];
  /** Until the job is mended, at the end of each schedule. */
  readonly tasks?: Readonly<Record<TaskName, Trouble>>;
  readonly plans?: Readonly<Record<string, Trouble>>;
  readonly maxReceives?: number;
  /** The job waits at most so long for its input, and sees it so, look by look; from the last one on it stays so. */
  readonly waits?: { readonly maxSeconds: number; readonly sees: readonly Sight[] };
  /** A random choice of these, in a random order, at random moments. */
  readonly commands?: readonly CommandName[];
}

/** `times`: the first so many starts; absent: always. */
export interface Trouble {
  readonly how: Exclude<Behaviour, 'works'>;
  readonly times?: number;
}

const chain = (...tasks: (number | readonly number[])[]): ScriptedStep[] =>
  tasks.map((count, i) => ({ id: 'abcdef'[i]!, tasks: count, waitsFor: i > 0 ? ['abcdef'[i - 1]!] : [] }));

const diamond = (a: number, b: number, c: number, d: number): ScriptedStep[] => [
  { id: 'a', tasks: a },
  { id: 'b', tasks: b, waitsFor: ['a'] },
  { id: 'c', tasks: c, waitsFor: ['a'] },
  { id: 'd', tasks: d, waitsFor: ['b', 'c'] },
];

const twoRoots: ScriptedStep[] = [
  { id: 'a', tasks: 1 },
  { id: 'b', tasks: 1 },
  { id: 'd', tasks: 1, waitsFor: ['a', 'b'] },
];

const passes: ScriptedStep[] = [
  { id: 'a', tasks: 3, passes: 2 },
  { id: 'b', tasks: 1, waitsFor: ['a'] },
];

/** Five groups in three blocks. */
const blocks: ScriptedStep[] = [
  { id: 'a', tasks: 9 },
  { id: 'b', tasks: 1, waitsFor: ['a'] },
];

const ALL: readonly CommandName[] = ['resume', 'retry', 'accept', 'redo a', 'redo b', 'cancel', 'purge'];
const throws: Trouble = { how: 'throws' };
const forGood: Trouble = { how: 'throws for good' };
const kills: Trouble = { how: 'kills' };

export const SCENARIOS: readonly Scenario[] = [
  { name: 'chain', steps: chain(3, 2) },
  { name: 'chain of single tasks', steps: chain(1, 1, 1), commands: ['cancel', 'resume', 'redo b'] },
  { name: 'diamond', steps: diamond(1, 2, 1, 1) },
  { name: 'two roots that end at once', steps: twoRoots, commands: ['resume', 'redo b'] },
  { name: 'two passes', steps: passes, commands: ['resume', 'redo a'] },
  { name: 'no tasks', steps: chain(0, 0, 1), commands: ['resume', 'cancel', 'redo a'] },
  { name: 'blocks', steps: blocks },
  { name: 'blocks and commands', steps: blocks, commands: ALL },
  { name: 'a plan that shrinks on redo', steps: chain([4, 2], 1), commands: ['redo a', 'redo a', 'redo b'] },
  { name: 'tasks that fail twice', steps: chain(4, 1), tasks: { 'a/0/1': { ...throws, times: 2 } } },
  {
    name: 'tasks that fail until retried',
    steps: chain(4, 1),
    tasks: { 'a/0/0': { ...throws, times: 3 }, 'a/0/3': { ...throws, times: 4 } },
    commands: ['retry', 'retry', 'resume'],
  },
  {
    name: 'a task that fails for good, once',
    steps: chain(1, 1),
    tasks: { 'a/0/0': { ...forGood, times: 1 } },
    commands: ['retry', 'accept', 'resume'],
  },
  {
    name: 'tasks that always fail, accepted',
    steps: diamond(3, 2, 1, 1),
    tasks: { 'a/0/1': forGood, 'b/0/0': throws },
    commands: ['accept', 'accept', 'retry'],
  },
  {
    name: 'failing passes, accepted',
    steps: passes,
    tasks: { 'a/0/2': forGood, 'a/1/0': { ...forGood, times: 1 } },
    commands: ['accept', 'retry', 'accept', 'redo a'],
  },
  {
    name: 'failing blocks',
    steps: blocks,
    tasks: { 'a/0/1': forGood, 'a/0/8': { ...forGood, times: 1 } },
    commands: ['retry', 'accept', 'resume', 'redo a'],
  },
  { name: 'a plan that fails twice', steps: chain(2, 1), plans: { 'b/0': { ...throws, times: 2 } } },
  {
    name: 'a plan that always fails',
    steps: diamond(1, 1, 1, 1),
    plans: { 'b/0': forGood },
    commands: ['retry', 'accept', 'resume'],
  },
  {
    name: 'poison',
    steps: chain(3, 1),
    tasks: { 'a/0/0': kills },
    maxReceives: 3,
    commands: ['retry', 'accept'],
  },
  {
    name: 'a poison plan',
    steps: chain(1, 2),
    plans: { 'b/0': { ...kills, times: 4 } },
    maxReceives: 2,
    commands: ['retry', 'resume'],
  },
  { name: 'every dead letter', steps: chain(2, 1), maxReceives: 1, commands: ['retry', 'resume'] },
  { name: 'redo', steps: chain(2, 2, 1), commands: ['redo a', 'redo b', 'redo a', 'cancel', 'resume'] },
  {
    name: 'an upload that ends',
    steps: chain(2, 1),
    waits: { maxSeconds: 3600, sees: ['not yet', 'throws', 'not yet', 'complete'] },
    commands: ['resume', 'retry', 'cancel', 'redo a', 'purge'],
  },
  {
    name: 'an upload that never ends',
    steps: twoRoots,
    waits: { maxSeconds: 400, sees: ['not yet'] },
    commands: ['resume', 'resume', 'cancel', 'redo b'],
  },
  {
    name: 'an upload that is no acquisition at first',
    steps: chain(2, 1),
    waits: { maxSeconds: 600, sees: ['not yet', 'throws for good', 'not yet', 'complete'] },
    commands: ['retry', 'resume', 'retry'],
  },
  {
    name: 'everything',
    steps: diamond(3, 1, 2, 1),
    tasks: { 'a/0/2': { ...throws, times: 3 }, 'c/0/1': { ...forGood, times: 1 } },
    commands: [...ALL, 'retry', 'resume'],
  },
];
