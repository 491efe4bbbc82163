/**
 * tile-correction.survey: one look at every tile before anything is decided.
 * Reads the acquisition and every k-th plane of it, whole; a task is a tile in one channel; writes `LOCnnn.json` (means
 * of planes, histogram, saturation) and `LOCnnn.npy` (the tile at low resolution) under `survey/CHNnn/`.
 */
import { type Acquisition, acquisitionFile, type Stack } from '../../shared/acquisition/acquisition.ts';
import { openPlanes } from '../../shared/acquisition/plane-reader.ts';
import { reducedTileKey } from '../../shared/acquisition/reduced-tile.ts';
import { tileSurveyFile } from '../../shared/acquisition/survey.ts';
import { surveyGrid } from '../../shared/acquisition/survey-grid.ts';
import { writeFile } from '../../shared/engine/files.ts';
import type { Needs } from '../../shared/engine/step.ts';
import { withKernels } from '../../shared/kernels/lend-kernels.ts';
import { bytesPerVoxel } from '../../shared/volume/data-type.ts';
import { channelsOf } from '../output-volume.ts';
import type { JobParameters } from '../parameters.ts';
import { defineStep } from '../step.ts';
import { checkBackgrounds } from './flat-field/choose-background.ts';
import { measureTile, measuringBuffers } from './survey/measure-tile.ts';
import { PLANES_HELD, planesHeld, surveyedPlanes } from './survey/surveyed-planes.ts';

interface SurveyInputs {
  readonly acquisition: Acquisition;
  readonly parameters: JobParameters;
}

interface SurveyTask {
  readonly loc: number;
  readonly stack: Stack;
}

export const survey = defineStep({
  service: 'tile-correction',
  name: 'survey',
  waitsFor: ['ingest.scan'],
  reads: { acquisition: acquisitionFile },
  needs: surveyNeeds,
  plan: ({ acquisition, parameters }) => {
    // What the next step would refuse is refused before a plane is read.
    const channels = channelsOf(acquisition, parameters);
    checkBackgrounds(parameters, channels);
    // One that is only aligned on is not looked at.
    const tasks = acquisition.tiles.flatMap(({ loc, stacks }): SurveyTask[] =>
      stacks.filter(({ channel }) => channels.includes(channel)).map((stack) => ({ loc, stack })),
    );
    return { count: tasks.length, task: (index) => tasks[index]! };
  },
  voxels: (_, { acquisition, parameters }) => {
    const [width, height] = acquisition.tileSize;
    return surveyGrid(acquisition, parameters.flatFieldStride).planes.length * width * height;
  },
  run: async ({ loc, stack }, { inputs: { acquisition, parameters }, store, source }) => {
    const { channel } = stack;
    const grid = surveyGrid(acquisition, parameters.flatFieldStride);
    const reader = openPlanes(source, acquisition);
    const measured = await withKernels((kernels) => {
      const { held, ...buffers } = kernels.layout({
        held: planesHeld(acquisition),
        ...measuringBuffers(acquisition, grid),
      });
      const planes = surveyedPlanes(reader, acquisition, stack, grid.planes, held);
      return measureTile(kernels, buffers, planes, acquisition, grid, parameters.strict);
    });
    const file = { format: 'cloudreg-tile-survey/2', channel, loc, ...measured.survey } as const;
    await Promise.all([
      store.put(reducedTileKey(channel, loc), measured.reduced),
      writeFile(store, tileSurveyFile(channel, loc), file),
    ]);
  },
});

/** Planes on their way (compressed ones also as the file and as what the decoder makes of it), and the reduced tile. */
function surveyNeeds({ acquisition, parameters }: SurveyInputs): Needs {
  const { tileSize, dataType, tiles } = acquisition;
  const { planes, size } = surveyGrid(acquisition, parameters.flatFieldStride);
  const compressed = tiles.some(({ stacks }) => stacks.some((stack) => stack.compressed));
  const voxels = tileSize[0] * tileSize[1];
  const bytes =
    voxels * bytesPerVoxel(dataType) * PLANES_HELD * (compressed ? 3 : 1) +
    2 * 4 * size[0] * size[1] * size[2];
  return {
    memoryMiB: Math.ceil(bytes / 2 ** 20) + RUNTIME_MIB,
    threads: 1,
    seconds: Math.ceil((planes.length * voxels) / (compressed ? COMPRESSED_RATE : PLAIN_RATE)),
  };
}

/** Voxels a second: adding up alone does 500 million, a disk or a decoder gives fewer. */
const PLAIN_RATE = 250e6;
const COMPRESSED_RATE = 60e6;
/** A thread with its JavaScript heap. */
const RUNTIME_MIB = 96;
