/** Shows a job's progress until it ends. Leaving ends the watching, never the job. */
import { findJob } from '../../shared/engine/find-job.ts';
import type { JobRecord } from '../../shared/engine/records.ts';
import type { JobStatus } from '../../shared/engine/status.ts';
import { EXIT_DONE, EXIT_FAILED } from '../errors.ts';
import { shownSteps } from '../job-lines.ts';
import { stateOf } from '../job-state.ts';
import { createProgressDisplay } from '../progress/progress-display.ts';
import type { Terminal } from '../terminal.ts';
import type { Cloud } from './cloud.ts';

/** Each look reads the records of what is not done: more often would cost more than it tells. */
const LOOK_MILLISECONDS = 2000;

const isOver = (status: JobStatus): boolean => status !== 'waiting' && status !== 'running';

export const exitCodeOf = (status: JobStatus): number =>
  status === 'failed' || status === 'cancelled' ? EXIT_FAILED : EXIT_DONE;

/** Resolves with the status at the end. */
export async function watchJob(
  terminal: Terminal,
  { engine }: Cloud,
  jobId: string,
  style: { readonly json: boolean },
): Promise<JobStatus> {
  const { clock, table } = engine;
  const display = createProgressDisplay(terminal, style, () => clock.now() / 1000);
  let said = '';
  const sayWaiting = ({ waiting }: JobRecord): void => {
    const progress = waiting?.progress ?? '';
    if (progress !== said)
      display.note(progress === '' ? 'The upload is complete.' : `Waits for its upload: ${progress}`);
    said = progress;
  };
  try {
    for (;;) {
      const job = await findJob(table, jobId);
      const state = await stateOf(table, job);
      sayWaiting(job);
      display.show({ steps: shownSteps(state) });
      if (isOver(state.status)) return state.status;
      await clock.sleep(LOOK_MILLISECONDS);
    }
  } finally {
    display.end();
  }
}
