/**
 * ingest.scan: what the microscope left in its folder.
 * Reads the acquisition itself (text files, names, headers of planes; no pixels); one task; writes `acquisition.json`,
 * which every later step reads, and `problems.json` for people. The job of an upload waits here until it is complete.
 */
import { acquisitionFile } from '../../shared/acquisition/acquisition.ts';
import { AcquisitionError } from '../../shared/acquisition/acquisition-errors.ts';
import { scanColm } from '../../shared/acquisition/colm/scan-colm.ts';
import { isGap, type Problem, problemsFile } from '../../shared/acquisition/problems.ts';
import { writeFile } from '../../shared/engine/files.ts';
import { checkOutputFormat } from '../output-format.ts';
import { wantedAlignmentChannel } from '../parameters.ts';
import { defineStep } from '../step.ts';
import { uploadReadiness } from './upload/upload-readiness.ts';

export const scan = defineStep({
  service: 'ingest',
  name: 'scan',
  waitsFor: [],
  reads: {},
  // A listing of a million planes; a local disk answers some ten thousand headers a second.
  needs: () => ({ memoryMiB: 512, threads: 1, seconds: 30 }),
  ready: uploadReadiness,
  plan: () => ({ count: 1, task: () => null }),
  run: async (_, { inputs: { parameters }, store, source }) => {
    const { acquisition, problems } = await scanColm(source, {
      channels: parameters.channels,
      besides: wantedAlignmentChannel(parameters),
    });
    await writeFile(store, problemsFile, { format: 'cloudreg-problems/1', problems: [...problems] });
    if (parameters.strict) refuseGaps(problems, source.url);
    checkOutputFormat(parameters, acquisition.dataType);
    await writeFile(store, acquisitionFile, acquisition);
  },
});

function refuseGaps(problems: readonly Problem[], url: string): void {
  const gaps = problems.filter(isGap);
  const [first] = gaps;
  if (first === undefined) return;
  const others =
    gaps.length === 1 ? '' : ` (and ${gaps.length - 1} more, see ${problemsFile.key} in the output)`;
  const advice = 'Complete the acquisition, or run without --strict to leave gaps there.';
  throw new AcquisitionError('gaps', url, `${first.message}${others}`, advice);
}
