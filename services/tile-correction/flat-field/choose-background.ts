/** `--background`: the counts that are subtracted from every pixel of a channel, and why. */
import type { BackgroundReport } from '../../../shared/acquisition/correction-report.ts';
import type { JobParameters } from '../../parameters.ts';
import { estimateBackground } from '../background.ts';
import type { ChannelSurvey } from './channel-survey.ts';
import { CorrectionError } from './correction-error.ts';

const FLAG = '--background';

/** `channels`: those of the job, ascending. */
export function chooseBackground(
  { background }: Pick<JobParameters, 'background'>,
  channels: readonly number[],
  survey: ChannelSurvey,
): BackgroundReport {
  if (background === 'none') return chosen('none', 0, 'not asked for');
  if (background === 'auto') return cameraNoise(survey);
  if (background === 'cloudreg') return smallestFirstPlane(survey);
  const value = background[background.length === 1 ? 0 : channels.indexOf(survey.channel)]!;
  return chosen(String(value), value, 'given by the user');
}

/** Throws `CorrectionError` where values are given that do not fit the job's channels. */
export function checkBackgrounds(
  { background }: Pick<JobParameters, 'background'>,
  channels: readonly number[],
): void {
  if (typeof background === 'string' || [1, channels.length].includes(background.length)) return;
  const [name, expected] =
    channels.length === 1
      ? [`channel ${channels[0]}`, 'one value']
      : [
          `channels ${channels.join(',')}`,
          `one value, or ${channels.length}: one per channel, in this order`,
        ];
  throw new CorrectionError(
    FLAG,
    `${background.length} values (${background.join(',')}) for ${name}`,
    `Expected ${expected}.`,
  );
}

function cameraNoise({ histogram }: ChannelSurvey): BackgroundReport {
  const { accepted, value, reason } = estimateBackground(histogram);
  return accepted ? chosen('auto', value, reason) : refused('auto', reason);
}

/** CloudReg's rule (CLOUDREG section 2): as high as the tissue where every tile starts inside of it. */
function smallestFirstPlane({ tiles }: ChannelSurvey): BackgroundReport {
  const means = tiles.flatMap(({ firstPlaneMean }) => firstPlaneMean ?? []);
  if (means.length === 0) return refused('cloudreg', 'no tile has its first plane');
  const value = means.reduce((least, mean) => Math.min(least, mean));
  return chosen('cloudreg', value, `smallest mean of the first planes of ${means.length} tiles`);
}

const chosen = (requested: string, value: number, reason: string): BackgroundReport => ({
  requested,
  value,
  accepted: true,
  reason,
  warning: null,
});

const refused = (requested: string, reason: string): BackgroundReport => ({
  requested,
  value: 0,
  accepted: false,
  reason,
  warning: `Nothing is subtracted. If you know what the camera counts without light, give it: ${FLAG} 110`,
});
