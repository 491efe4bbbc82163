/** `cloudreg verify <output>`: every chunk of every resolution is there, can be decoded and has the right length. */

import type { NewJob } from '../../shared/engine/records.ts';
import { type VolumeCheck, verifyVolume } from '../../shared/volume/verify-volume.ts';
import { volumeFileIn } from '../../shared/volume/volume-files.ts';
import type { DefineCommand } from '../command.ts';
import { EXIT_DONE, EXIT_FAILED, RefusedError } from '../errors.ts';
import { placeIn, shortPath } from '../folders.ts';
import { readJobState } from '../job-state.ts';
import { jobIn, type OutputFolder, openOutputFolder } from '../output-folder.ts';
import { createCounter } from '../progress/counter.ts';
import { counted } from '../quantities.ts';
import { hasStateHere } from '../state-place.ts';
import { line, type Terminal } from '../terminal.ts';
import { carriedVolumesIn, volumesIn, volumesOf } from '../volumes.ts';

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument('<output>', 'folder of a job, or of one volume (precomputed, OME-Zarr); s3:// too')
    .option('--json', 'one JSON object a line on standard output')
    .option('--verbose', 'print errors with their stack')
    .action(async (output: string, flags: { json?: true }) =>
      exit(await verify(terminal, await openOutputFolder(output), flags.json === true)),
    );
};

/** Prints what it finds; returns the exit code. */
export async function verify(terminal: Terminal, folder: OutputFolder, json: boolean): Promise<number> {
  const names = await volumeNames(folder);
  let chunks = 0;
  let problems = 0;
  for (const name of names) {
    const counter = createCounter(terminal, `verify ${name}`, json);
    const check = await verifyVolume(folder.store, name, { onChunk: counter.show });
    counter.end();
    for (const text of problemTexts(check, json)) line(terminal.out, text);
    if (!json) line(terminal.out, volumeText(folder, name, check));
    chunks += check.chunks;
    problems += check.problems.length;
  }
  if (json) line(terminal.out, JSON.stringify({ event: 'done', volumes: names.length, chunks, problems }));
  else if (problems > 0) for (const text of await adviceLines(folder)) line(terminal.out, text);
  return problems === 0 ? EXIT_DONE : EXIT_FAILED;
}

async function volumeNames(folder: OutputFolder): Promise<string[]> {
  if (await volumeFileIn(folder.store)) return [''];
  const job = await jobIn(folder);
  const own = job ? await volumesOf(folder, job) : await volumesIn(folder);
  const names = [...own, ...(await carriedVolumesIn(folder))];
  if (names.length > 0) return names;
  throw new RefusedError(
    `${folder.path} holds no volume (no info or OME-Zarr, also not in CHN00, and no registration): give the output of cloudreg run or register.`,
  );
}

/** What to do about chunks that are not sound: none of it is needed where the gaps were accepted. */
async function adviceLines(folder: OutputFolder): Promise<string[]> {
  const job = await jobIn(folder);
  if (!job || !(await hasStateHere(folder))) return [];
  const { status, steps } = await readJobState(folder, job);
  if (status !== 'done' && status !== 'incomplete')
    return [`The job is not finished: cloudreg resume ${shortPath(folder.path)}`];
  const accepted = steps.reduce((sum, step) => sum + step.accepted, 0);
  const gaps = `${counted(accepted, 'task')} accepted as missing: chunks that they would have written read as zero.`;
  return [
    ...(accepted > 0 ? [gaps] : []),
    `Write all again: ${commandAgain(folder, job)}, with the flags of that job`,
  ];
}

/** Only acquisitions and registrations are done again from a step on. */
function commandAgain({ path }: OutputFolder, { input, output, steps }: NewJob): string {
  if (steps.includes('stitching.fuse')) return `cloudreg run ${input} ${output} --redo stitching.fuse`;
  if (steps.includes('registration.transform'))
    return `cloudreg register ${input} ${output} --redo registration.transform`;
  const word = steps.includes('ingest.convert') ? 'convert' : 'correct';
  return `cloudreg clean --all ${shortPath(path)}, then cloudreg ${word} ${input} ${output}`;
}

const MOST_PROBLEMS = 20;

function problemTexts({ problems }: VolumeCheck, json: boolean): string[] {
  if (json) return problems.map((problem) => JSON.stringify({ event: 'problem', ...problem }));
  const rest = problems.length - MOST_PROBLEMS;
  const more = rest > 0 ? [`  and ${rest} more (all of them: --json)`] : [];
  return [...problems.slice(0, MOST_PROBLEMS).map(({ chunk, problem }) => `  ${chunk}: ${problem}`), ...more];
}

function volumeText({ path }: OutputFolder, name: string, { chunks, problems }: VolumeCheck): string {
  const verdict = problems.length === 0 ? 'all sound' : `${problems.length} missing or damaged`;
  return `Verified ${shortPath(placeIn(path, name))}: ${counted(chunks, 'chunk')}, ${verdict}`;
}
