/** What `--dry-run` prints, and `enqueue` before it begins: the job, its grid and parameters, known without reading a pixel. */
import { jobParameters } from '../services/parameters.ts';
import type { ColmHeader } from '../shared/acquisition/colm/read-colm.ts';
import type { NewJob } from '../shared/engine/records.ts';
import type { Estimate } from './estimate/estimate.ts';
import { estimateLines } from './estimate-lines.ts';
import { parameterLines } from './parameter-flags.ts';
import { counted } from './quantities.ts';
import type { Resources } from './run-options.ts';
import { line, type Terminal } from './terminal.ts';

/** Without workers and memory where other machines do the work. */
interface Description extends Partial<Resources> {
  readonly job: NewJob;
  readonly header: ColmHeader;
  readonly json: boolean;
  /** What it would take; absent where that was not asked. */
  readonly estimate?: Estimate;
  /** False: the job is begun next. */
  readonly isDryRun?: boolean;
}

export function describeJob(terminal: Terminal, description: Description): void {
  if (description.json) line(terminal.out, JSON.stringify(jobObject(description)));
  else for (const text of jobLines(description)) line(terminal.out, text);
}

const jobObject = ({ job, header, workers, memoryMiB, estimate, isDryRun = true }: Description): object => {
  const { jobId, input, output, parameters, steps } = job;
  const { grid, scanned, width, height, planes, voxelSizeUm } = header;
  const acquisition = { grid, scannedTiles: scanned.length, tileSize: [width, height, planes], voxelSizeUm };
  const event = isDryRun ? 'dry-run' : 'plan';
  return { event, jobId, input, output, acquisition, parameters, steps, workers, memoryMiB, estimate };
};

function jobLines({ job, header, workers, memoryMiB, estimate, isDryRun = true }: Description): string[] {
  const { grid, scanned, width, height, planes, voxelSizeUm, overlap } = header;
  return [
    `job          ${job.jobId}`,
    `acquisition  ${job.input}`,
    `output       ${job.output}`,
    `grid         ${grid.rows} rows x ${grid.columns} columns, ${counted(scanned.length, 'tile')} scanned`,
    `tile         ${width} x ${height} x ${planes} voxels of ${voxelSizeUm.join(' x ')} um`,
    `overlap      ${percent(overlap.x)} in x, ${percent(overlap.y)} in y`,
    `steps        ${job.steps.join(', ')}`,
    `parameters   ${parameterLines(jobParameters.parse(job.parameters)).join(' ')}`,
    ...(workers === undefined ? [] : [`machine      ${counted(workers, 'worker')}, ${memoryMiB} MiB`]),
    ...(estimate === undefined ? [] : ['', ...estimateLines(estimate)]),
    ...(isDryRun ? ['Nothing was written.'] : []),
  ];
}

const percent = (share: number): string => `${Math.round(1000 * share) / 10} %`;
