/** Text of a run's progress: one line a step. Pure; the display decides where and when it appears. */
import { counted, formatBytes, formatSeconds } from '../quantities.ts';

export interface StepLine {
  readonly step: string;
  readonly state: string;
  /** Undefined until the step is planned. */
  readonly tasks: number | undefined;
  readonly done: number;
  readonly failed: number;
  readonly accepted: number;
  /** Measured tasks a second, where there is a measurement. */
  readonly rate: number | undefined;
  /** Duration of a finished step, where this process saw both ends. */
  readonly seconds: number | undefined;
}

const WIDEST_BAR = 30;
const NARROWEST_BAR = 8;

/** Draws a bar of that many full and empty characters; what it adds for colour takes no room. */
export type DrawBar = (full: number, empty: number) => string;

export const plainBar: DrawBar = (full, empty) => `[${'#'.repeat(full)}${'.'.repeat(empty)}]`;
export const colouredBar: DrawBar = (full, empty) =>
  ` \x1b[36m${'━'.repeat(full)}\x1b[90m${'━'.repeat(empty)}\x1b[0m `;

/** `stitching.fuse      [#########.....]  64 %  128/200 tasks  3.2/s  22 s left`, never wider than `columns`. */
export function stepText(step: StepLine, nameWidth: number, columns: number, draw: DrawBar): string {
  const name = step.step.padEnd(nameWidth);
  const facts = factsOf(step);
  const room = columns - name.length - facts.length - '  [  '.length - ']'.length;
  if (step.tasks === undefined || step.state !== 'running' || room < NARROWEST_BAR)
    return `${name}  ${facts}`.slice(0, columns);
  const width = Math.min(WIDEST_BAR, room);
  // Full only when all is done: rounding up would promise too much.
  const full = Math.floor(shareOf(step) * width);
  return `${name}  ${draw(full, width - full)}  ${facts}`;
}

const settledOf = (step: StepLine): number => step.done + step.failed + step.accepted;

const shareOf = (step: StepLine): number => (step.tasks ? Math.min(1, settledOf(step) / step.tasks) : 0);

function factsOf(step: StepLine): string {
  if (step.tasks === undefined) return step.state === 'running' ? 'planning' : step.state;
  const losses = [
    ...(step.failed > 0 ? [`${step.failed} failed`] : []),
    ...(step.accepted > 0 ? [`${step.accepted} accepted as missing`] : []),
  ];
  if (step.state !== 'running') return [...endFacts(step), ...losses].join('  ');
  const percent = `${Math.floor(100 * shareOf(step))} %`.padStart(5);
  return [percent, `${settledOf(step)}/${step.tasks} tasks`, ...speedFacts(step), ...losses].join('  ');
}

function endFacts(step: StepLine): string[] {
  const duration = step.seconds === undefined ? '' : ` in ${formatSeconds(step.seconds)}`;
  return [`${step.state}${duration}`, counted(step.tasks ?? 0, 'task')];
}

function speedFacts(step: StepLine): string[] {
  if (step.rate === undefined) return [];
  const left = ((step.tasks ?? 0) - settledOf(step)) / step.rate;
  return [`${step.rate.toFixed(step.rate < 10 ? 1 : 0)}/s`, `${formatSeconds(left)} left`];
}

/** Bytes as stored. */
export interface Moved {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

export const bytesText = ({ bytesRead, bytesWritten }: Moved, seconds: number): string =>
  `read ${formatBytes(bytesRead)}, wrote ${formatBytes(bytesWritten)} in ${formatSeconds(seconds)}`;
