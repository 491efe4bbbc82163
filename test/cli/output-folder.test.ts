import { expect, it } from 'vitest';
import { newJob } from '../../cli/new-job.ts';
import { claimFolder } from '../../cli/output-folder.ts';
import { jobParameters } from '../../services/parameters.ts';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { makeJob } from '../../shared/engine/job.ts';
import type { JsonObject } from '../../shared/engine/records.ts';

const place = () => ({ path: 'out', store: memoryStore('memory://out') });
const source = { url: 'memory://raw' };

it('a job that was begun before a parameter existed is the same job with its default, and no other', async () => {
  const folder = place();
  const job = await newJob(source, folder, jobParameters.parse({ mips: 3 }));
  const { format: _, encoding: __, ...older } = job.parameters as JsonObject;
  const begun = makeJob({ ...job, parameters: older });
  expect(begun.jobId).not.toBe(job.jobId);
  expect(await claimFolder(folder, begun)).toEqual(begun);
  expect(await claimFolder(folder, job)).toEqual(begun);
  const zarr = await newJob(source, folder, jobParameters.parse({ mips: 3, format: 'zarr' }));
  await expect(claimFolder(folder, zarr)).rejects.toThrow(/holds another job[\s\S]*--format: /);
});
