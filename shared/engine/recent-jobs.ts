/**
 * Job records as they were read a moment ago. One may let a task run, so that each task costs one read less; it never
 * drops a message, nor plans or expands (PROTOCOL section 5, rows 6 and 7): for that the record is read again.
 */
import type { Message } from './messages.ts';
import type { JobRecord } from './records.ts';

/**
 * A cancelled job starts tasks for so long at most, and heartbeats, by fresh reads, abort what takes longer. Together far
 * below the lease that a redo waits for.
 */
const FRESH_MILLISECONDS = 30_000;

export interface RecentJobs {
  remember(job: JobRecord, now: number): void;
  /** The job of a task that may run by it. */
  letsRun(message: Message, now: number): JobRecord | undefined;
}

export function recentJobs(): RecentJobs {
  const jobs = new Map<string, { readonly job: JobRecord; readonly readAt: number }>();
  return {
    remember(job, now) {
      for (const [id, { readAt }] of jobs) if (now - readAt > FRESH_MILLISECONDS) jobs.delete(id);
      jobs.set(job.jobId, { job, readAt: now });
    },
    letsRun: (message, now) => {
      const recent = jobs.get(message.job);
      if (message.kind !== 'task' || !recent || now - recent.readAt > FRESH_MILLISECONDS) return undefined;
      const { job } = recent;
      const mayRun =
        !job.cancelled && job.waiting === undefined && job.generations[message.step] === message.g;
      return mayRun ? job : undefined;
    },
  };
}
