/**
 * illumination-correction.estimate: how brightness drifts over the whole specimen.
 * Reads the preview of a channel, or, in a job that begins with a volume, a coarse scale of that; a task is a channel, or
 * the volume; writes `field.json` and `field.nrrd` where a field was found, and `decision.json`, which fusion and
 * `apply` follow, under `CHNnn/` or `volume/`; for the volume also what `apply` is to make.
 */
import { acquisitionFile } from '../../shared/acquisition/acquisition.ts';
import { placementFile } from '../../shared/acquisition/placement.ts';
import { optionalFile } from '../../shared/engine/step.ts';
import type { Lit } from '../../shared/illumination/files.ts';
import { channelsOf } from '../output-volume.ts';
import { defineStep } from '../step.ts';
import { writeCorrectionPlan } from './apply/correction-plan.ts';
import { chooseField } from './estimate/choose-field.ts';
import { previewOf, volumeOf } from './estimate/lit-volume.ts';
import { estimateNeeds } from './estimate/needs.ts';
import { writeChoice } from './estimate/write-choice.ts';
import { IlluminationError } from './illumination-error.ts';

export const estimate = defineStep({
  service: 'illumination-correction',
  name: 'estimate',
  waitsFor: ['stitching.preview'],
  reads: { acquisition: optionalFile(acquisitionFile), placement: optionalFile(placementFile) },
  needs: estimateNeeds,
  plan: ({ acquisition, parameters }) => {
    const lit: readonly Lit[] = acquisition === undefined ? ['volume'] : channelsOf(acquisition, parameters);
    return { count: lit.length, task: (index) => lit[index]! };
  },
  run: async (lit: Lit, { inputs: { parameters, placement }, store, source }) => {
    const { illumination } = parameters;
    const seen =
      lit === 'volume'
        ? await volumeOf(source, illumination)
        : await previewOf(store, lit, placement, illumination);
    const choice = await chooseField(seen, illumination);
    // Of a volume the correction is all that was asked for; a run has its volumes without.
    if (choice.isProblem && (parameters.strict || lit === 'volume'))
      throw new IlluminationError(
        `The illumination of ${seen.name} cannot be estimated: ${choice.reason}`,
        lit === 'volume'
          ? 'Give a field of another volume of the same specimen with --field, or leave it as it is.'
          : 'Give --illumination none, or leave out --strict: then that channel goes without.',
      );
    await writeChoice(store, seen, illumination, choice);
    if (lit === 'volume') await writeCorrectionPlan(store, source, choice.decision);
  },
});
