/** `task`: run it unless it is settled, record how it ended, fan in. */
import { attemptFailed, type Dead, recordDead } from './attempts.ts';
import type { Engine, TaskReport } from './engine.ts';
import { isTransient, TaskAborted } from './errors.ts';
import { groupFanIn } from './fan-in.ts';
import { runRefOf, type TaskMessage, wroteMessage } from './messages.ts';
import { DELETE, type Outcome, release } from './outcome.ts';
import { type GroupRef, isSettled, type JobRecord, placeOf, type RunRef } from './records.ts';
import { sendMessages } from './send.ts';

interface TaskOptions {
  readonly signal: AbortSignal;
  readonly dead?: Dead;
  readonly receives?: number;
  readonly onTask?: (report: TaskReport) => void;
}

/** A task by its index, and where its record is. */
interface Task {
  readonly ref: RunRef;
  readonly index: number;
  readonly group: GroupRef;
  readonly slot: number;
}

/** Between looks at a store that is out of reach, and how many of them before it counts as a failure of the task. */
const BUSY_SECONDS = 60;
const BUSY_RECEIVES = 20;

/** A task is sent after its group was made, so this is a message that nobody sent. */
const STRAY_SECONDS = 900;

export async function handleTask(
  engine: Engine,
  job: JobRecord,
  message: TaskMessage,
  options: TaskOptions,
): Promise<Outcome> {
  const ref = runRefOf(message);
  const task: Task = { ref, index: message.index, ...placeOf(ref, message.index) };
  const group = await engine.table.getGroup(task.group);
  if (!group || task.slot >= group.size) {
    return release(STRAY_SECONDS, `there is no task ${task.index} of ${ref.step}, pass ${ref.pass}`);
  }
  if (message.wrote) {
    await groupFanIn(engine, job, task.group, await engine.table.healDone(task.group, task.slot));
    return DELETE;
  }
  if (isSettled(group, task.slot)) {
    await groupFanIn(engine, job, task.group, group);
    return DELETE;
  }
  if (options.dead) {
    await recordDead(engine, ref, task.index, options.dead);
    return failTask(engine, job, task);
  }
  return runTask(engine, job, task, options);
}

async function runTask(engine: Engine, job: JobRecord, task: Task, options: TaskOptions): Promise<Outcome> {
  // The order to stop may have come while the records were read.
  if (options.signal.aborted) return release(0, 'told to stop before it ran');
  let report: TaskReport;
  try {
    report = await engine.runner.run(job, { ...task.ref, index: task.index }, options.signal);
  } catch (error) {
    if (error instanceof TaskAborted) return release(0, error.message);
    // No fault of the task; but its queue allows so many receives only, and someone must hear of it in the end.
    if (isTransient(error) && (options.receives ?? 1) <= BUSY_RECEIVES)
      return release(BUSY_SECONDS, `put off for ${BUSY_SECONDS} s: ${(error as Error).message}`);
    return (await attemptFailed(engine, task.ref, task.index, error)) ?? failTask(engine, job, task);
  }
  options.onTask?.(report);
  const group = await engine.table.markDone(task.group, task.slot);
  // Whoever failed this task may have deleted our message already: only a message of its own brings the healing
  // through a crash (PROTOCOL section 5, rows 11 and 12).
  if (group.failed.has(task.slot)) await sendMessages(engine, [wroteMessage(task.ref, task.index)]);
  else await groupFanIn(engine, job, task.group, group);
  return DELETE;
}

async function failTask(engine: Engine, job: JobRecord, task: Task): Promise<Outcome> {
  await groupFanIn(engine, job, task.group, await engine.table.markFailed(task.group, task.slot));
  return DELETE;
}
