/** A job of the test pipeline in a temporary folder, and what can be seen of it. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeJob } from '../../shared/engine/job.ts';
import { stepId } from '../../shared/engine/step.ts';
import type { LocalRunOptions } from '../../shared/hosts/local.ts';
import { temporaryFolder } from '../adapters/local/temporary-folder.ts';
import { type NumberParameters, pipeline } from './fixtures/pipeline.js';

const FACTOR = 3;

export interface NumberJob {
  readonly folder: string;
  readonly options: LocalRunOptions<NumberParameters>;
  /** Makes a task misbehave: `fail-3`. */
  spoil(what: string): Promise<void>;
  mend(what: string): Promise<void>;
  /** `square 3`, in the order in which they began, since the last call. */
  runs(): Promise<string[]>;
  /** Every file of the output by its key. */
  output(): Promise<Record<string, string>>;
  remove(): Promise<void>;
}

export async function numberJob(count: number, milliseconds = 0): Promise<NumberJob> {
  const folder = await temporaryFolder();
  const [input, output, log] = ['input', 'output', 'log'].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [input, output, log]) await mkdir(path);
  await writeFile(join(input, 'factor.txt'), String(FACTOR));
  const job = makeJob({
    input: pathToFileURL(input).href,
    output: pathToFileURL(output).href,
    parameters: { count, log, milliseconds },
    pipelineVersion: pipeline.version,
    build: 'test',
    createdAt: 0,
    steps: pipeline.steps.map(stepId),
  });
  const never = new AbortController().signal;
  const runsFile = join(log, 'runs.txt');
  return {
    folder: folder.path,
    options: {
      pipeline,
      pipelineModule: new URL('./fixtures/pipeline.js', import.meta.url).href,
      job,
      stateFolder: join(folder.path, 'state'),
      workers: 2,
      memoryMiB: 1000,
      drain: never,
      stop: never,
    },
    spoil: (what) => writeFile(join(log, what), ''),
    mend: (what) => rm(join(log, what)),
    async runs() {
      const text = await readFile(runsFile, 'utf8').catch(() => '');
      await rm(runsFile, { force: true });
      return text.split('\n').slice(0, -1);
    },
    output: () => filesOf(output),
    remove: folder.remove,
  };
}

async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = files
    .sort()
    .map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(contents));
}

/** What an undisturbed run leaves. */
export function expectedOutput(count: number, missing: readonly number[] = []): Record<string, string> {
  const indices = Array.from({ length: count }, (_, index) => index).filter(
    (index) => !missing.includes(index),
  );
  const squares = indices.map((index) => [`squares/${index}.txt`, String(index * index * FACTOR)]);
  const sum = indices.reduce((total, index) => total + index * index * FACTOR, 0);
  const pictures = ['0-0', '0-1', '0-2', '1-0', '1-1'].map((name) => [
    `pictures/${name}.txt`,
    `${name} of ${sum}`,
  ]);
  return Object.fromEntries(
    [...squares, ...pictures, ['pictures/frame.txt', 'frame'], ['sum.json', JSON.stringify({ sum })]].sort(),
  );
}
