/** Runs a job on this machine with progress and interrupts, and tells how it ended: what run, resume, retry and demo share. */

import { pipeline } from '../services/pipeline.ts';
import type { NewJob } from '../shared/engine/records.ts';
import { type LocalCommand, type LocalRunResult, runLocal } from '../shared/hosts/local.ts';
import { isUrl } from './folders.ts';
import { listenForInterrupts } from './interrupts.ts';
import type { OutputFolder } from './output-folder.ts';
import { pipelineModule } from './pipeline-module.ts';
import { createProgressDisplay } from './progress/progress-display.ts';
import type { Resources } from './run-options.ts';
import type { Terminal } from './terminal.ts';

export interface JobRun extends Resources {
  readonly folder: OutputFolder;
  readonly job: NewJob;
  readonly json: boolean;
  readonly until?: string;
  readonly command?: LocalCommand;
}

export interface JobOutcome extends LocalRunResult {
  readonly seconds: number;
}

/** Rejects with `OutputOwnedError` where another process works on the folder. */
export async function runJob(terminal: Terminal, run: JobRun): Promise<JobOutcome> {
  const started = performance.now();
  const display = createProgressDisplay(terminal, run, () => performance.now() / 1000);
  const interrupts = listenForInterrupts({
    onDrain: () =>
      display.note('Stopping after what is in work; Ctrl-C again stops at once. Nothing is lost.'),
    onStop: () => display.note('Stopping at once.'),
  });
  try {
    if (isUrl(run.folder.path))
      display.note(`State of this job, on this machine only: ${run.folder.stateFolder}`);
    const result = await runLocal({
      pipeline,
      pipelineModule: pipelineModule(),
      job: run.job,
      stateFolder: run.folder.stateFolder,
      workers: run.workers,
      memoryMiB: run.memoryMiB,
      ...(run.until === undefined ? {} : { until: run.until }),
      command: run.command ?? { kind: 'run' },
      drain: interrupts.drain,
      stop: interrupts.stop,
      onProgress: ({ steps, ...moved }) => display.show({ steps, moved }),
      onNote: (text) => display.note(text),
    });
    return { ...result, seconds: (performance.now() - started) / 1000 };
  } finally {
    display.end();
    interrupts.dispose();
  }
}
