/** What the page of a job is made of: three files, its figures as JSON, and its pictures. */
import { readFile } from 'node:fs/promises';
import type { NewJob } from '../../shared/engine/records.ts';
import { readJobFigures } from '../figures/job-figures.ts';
import type { OutputFolder } from '../output-folder.ts';
import { ownerOf } from '../owner-note.ts';
import type { PageAnswer } from './dashboard-server.ts';
import { picturesIn } from './pictures.ts';

const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '': { file: 'index.html', type: 'text/html; charset=utf-8' },
  'page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
  'icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
  'page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
};
const PICTURES = 'pictures/';

/** Looking for pictures in S3 costs requests, and a page asks every second. */
const PICTURES_MILLISECONDS = 5000;

/** Answers below the page's address; `now` in milliseconds since 1970. */
export function jobPage(
  folder: OutputFolder,
  job: NewJob,
  now: () => number,
): (path: string) => Promise<PageAnswer | undefined> {
  const pictures = keptFor(PICTURES_MILLISECONDS, now, () => picturesIn(folder.store));
  return async (path) => {
    const asset = FILES[path];
    if (asset)
      return { type: asset.type, body: await readFile(new URL(`./page/${asset.file}`, import.meta.url)) };
    if (path === 'job.json') {
      const body = { ...(await jobObject(folder, job, now())), pictures: await pictures() };
      return { type: 'application/json', body: JSON.stringify(body) };
    }
    if (!path.startsWith(PICTURES)) return undefined;
    const key = path.slice(PICTURES.length);
    // Only what is a picture of the job: the folder holds more than that.
    const object = (await pictures()).includes(key) ? await folder.store.get(key) : undefined;
    return object && { type: 'image/png', body: object.bytes };
  };
}

async function jobObject(folder: OutputFolder, job: NewJob, now: number): Promise<object> {
  // The owner first: a run that ends in between is then seen in its last state.
  const owner = await ownerOf(folder);
  const { state, steps, history } = await readJobFigures(folder, job, owner !== undefined, now);
  return {
    at: now,
    jobId: job.jobId,
    input: job.input,
    output: folder.store.url,
    status: state.status,
    owner: owner ?? null,
    steps,
    history,
    failures: state.failures,
  };
}

/** Looks again once what it saw is older than that, or where it saw nothing for an error. */
function keptFor<T>(milliseconds: number, now: () => number, look: () => Promise<T>): () => Promise<T> {
  let seen: { readonly at: number; readonly value: T } | undefined;
  return async () => {
    if (seen === undefined || now() - seen.at >= milliseconds) seen = { at: now(), value: await look() };
    return seen.value;
  };
}
