/**
 * stitching.preview: the whole specimen at low resolution, for later steps and to look at before fusion is paid for.
 * Reads the placement, the survey's reduced tiles, flat field and background; a task is a channel; writes a precomputed
 * volume (0 where no tile is). Nothing is drawn here: fusion waits for it, and for the report's pictures it need not.
 */
import { acquisitionFile } from '../../shared/acquisition/acquisition.ts';
import { readCorrection } from '../../shared/acquisition/correction.ts';
import { placementFile } from '../../shared/acquisition/placement.ts';
import { previewFile } from '../../shared/acquisition/preview.ts';
import { writeFile } from '../../shared/engine/files.ts';
import { channelsOf } from '../output-volume.ts';
import { defineStep } from '../step.ts';
import { previewFrame, previewNeeds } from './preview/preview-frame.ts';
import { previewTiles } from './preview/preview-tiles.ts';
import { reducedCorrection } from './preview/reduced-correction.ts';
import { writePreview } from './preview/write-preview.ts';

export const preview = defineStep({
  service: 'stitching',
  name: 'preview',
  waitsFor: ['stitching.place', 'tile-correction.survey', 'tile-correction.flat-field'],
  reads: { acquisition: acquisitionFile, placement: placementFile },
  needs: previewNeeds,
  plan: ({ acquisition, parameters }) => {
    const channels = channelsOf(acquisition, parameters);
    return { count: channels.length, task: (index) => channels[index]! };
  },
  run: async (channel: number, { inputs, store }) => {
    const { acquisition, placement } = inputs;
    const frame = previewFrame(inputs);
    const correction = await readCorrection(store, channel, acquisition.tileSize);
    const tiles = await previewTiles(store, placement, channel, frame.factor);
    const correct = reducedCorrection(correction, frame.factor[0]);
    const covered = await writePreview({ store, channel, frame, tiles, correct });
    await writeFile(store, previewFile(channel), {
      format: 'cloudreg-preview/1',
      channel,
      factor: [...frame.factor],
      size: [...frame.size],
      voxelSizeUm: [...frame.voxelSizeUm],
      covered,
    });
  },
});
