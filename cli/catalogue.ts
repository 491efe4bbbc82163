/** Every command there is. */
import type { CommandEntry } from './command.ts';

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'turn an acquisition into stitched multi-resolution volumes',
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'estimate',
    summary: 'say what a job would take: tasks, bytes, requests, time and dollars',
    load: () => import('./commands/estimate.ts'),
  },
  {
    name: 'status',
    summary: 'show how far a job is',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'dashboard',
    summary: 'show on a page of this machine how a job goes',
    load: () => import('./commands/dashboard.ts'),
  },
  {
    name: 'resume',
    summary: 'go on with a job that was stopped',
    load: () => import('./commands/resume.ts'),
  },
  {
    name: 'retry',
    summary: 'run failed tasks again, or accept them as missing',
    load: () => import('./commands/retry.ts'),
  },
  {
    name: 'verify',
    summary: 'read every chunk of every resolution and check it',
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'clean',
    summary: 'remove the intermediate files of a finished job',
    load: () => import('./commands/clean.ts'),
  },
  {
    name: 'enqueue',
    summary: 'give a job to an AWS deployment',
    load: () => import('./commands/enqueue.ts'),
  },
  {
    name: 'consume',
    summary: 'work on the tasks of a deployment, as the machines of its fleets do',
    load: () => import('./commands/consume.ts'),
  },
  {
    name: 'jobs',
    summary: 'list the jobs and queues of a deployment',
    load: () => import('./commands/jobs.ts'),
  },
  {
    name: 'cancel',
    summary: 'stop a job of a deployment',
    load: () => import('./commands/cancel.ts'),
  },
  {
    name: 'logs',
    summary: 'show what went wrong in a job of a deployment',
    load: () => import('./commands/logs.ts'),
  },
  {
    name: 'dead-letters',
    summary: 'look at messages that no consumer could finish, or send them again',
    load: () => import('./commands/dead-letters.ts'),
  },
  {
    name: 'register',
    summary: 'bring an atlas onto a volume, and the volume onto the atlas',
    load: () => import('./commands/register.ts'),
  },
  {
    name: 'transform',
    summary: 'carry another volume over with a registration that was made',
    load: () => import('./commands/transform.ts'),
  },
  {
    name: 'transform-points',
    summary: 'carry points over with a registration',
    load: () => import('./commands/transform-points.ts'),
  },
  {
    name: 'regions',
    summary: 'measure a volume region by region of the atlas',
    load: () => import('./commands/regions.ts'),
  },
  {
    name: 'registration',
    summary: 'how far landmarks end from where they should (registration accuracy)',
    load: () => import('./commands/registration.ts'),
  },
  {
    name: 'correct',
    summary: 'even out slow drifts of brightness in a volume that exists',
    load: () => import('./commands/correct.ts'),
  },
  {
    name: 'n4',
    summary: 'take a smooth bias field off one image (NRRD, NIfTI, TIFF)',
    load: () => import('./commands/n4.ts'),
  },
  {
    name: 'convert',
    summary: 'make a precomputed volume of slices, TIFF, NRRD, NIfTI, .npy, or of another volume',
    load: () => import('./commands/convert.ts'),
  },
  {
    name: 'view',
    summary: 'look at volumes in the browser',
    load: () => import('./commands/view.ts'),
  },
  {
    name: 'link',
    summary: 'make an address that shows volumes to others',
    load: () => import('./commands/link.ts'),
  },
  {
    name: 'export',
    summary: 'write a volume as NRRD, NIfTI, TIFF, .npy or OME-Zarr',
    load: () => import('./commands/export.ts'),
  },
  {
    name: 'upload',
    summary: 'copy volumes to a bucket, with the headers that a browser needs',
    load: () => import('./commands/upload.ts'),
  },
  {
    name: 'demo',
    summary: 'make a synthetic acquisition and run everything on it',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'doctor',
    summary: 'check this machine and say what to do',
    load: () => import('./commands/doctor.ts'),
  },
];
