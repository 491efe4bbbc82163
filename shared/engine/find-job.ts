import { CommandRefused } from './errors.ts';
import type { JobTable } from './ports.ts';
import type { JobRecord } from './records.ts';

export async function findJob(table: JobTable, jobId: string): Promise<JobRecord> {
  const job = await table.getJob(jobId);
  if (!job) throw new CommandRefused(`there is no job ${jobId}; list the jobs to see which there are`);
  return job;
}
