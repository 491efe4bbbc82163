/** The state of a job in lines: what `status` shows, of this machine's jobs and of a deployment's. */
import type { JobState } from './job-state.ts';
import { plainBar, type StepLine, stepText } from './progress/progress-lines.ts';
import { counted } from './quantities.ts';

type Step = JobState['steps'][number];

const toShown = (step: Step) => ({ ...step, tasks: step.passes === 0 ? undefined : step.tasks });

/** As the progress display takes them. */
export const shownSteps = ({ steps }: JobState) => steps.map(toShown);

export function stepLines({ steps }: JobState): string[] {
  const nameWidth = Math.max(0, ...steps.map(({ step }) => step.length));
  return steps.map((step) => stepText(lineOf(step), nameWidth, Number.POSITIVE_INFINITY, plainBar));
}

const lineOf = (step: Step): StepLine => ({ ...toShown(step), rate: undefined, seconds: undefined });

export const failureLines = ({ failures }: JobState): string[] =>
  failures.map(({ step, subject, attempts, accepted, lastError }) => {
    const fate = accepted ? 'accepted as missing' : 'failed';
    return `${step}, ${subjectText(subject)} ${fate} after ${counted(attempts, 'attempt')}: ${lastError.message}`;
  });

export const subjectText = (subject: number | string): string =>
  typeof subject === 'number' ? `task ${subject}` : subject;
