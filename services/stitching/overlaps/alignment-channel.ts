/** The channel whose overlaps are compared; all others take over its placement. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { AcquisitionError } from '../../../shared/acquisition/acquisition-errors.ts';
import type { JobParameters } from '../../parameters.ts';

/**
 * `auto` is the autofluorescence channel, which shows tissue everywhere, or the first channel of a job that leaves that
 * one out. Throws `AcquisitionError` where a channel was asked for that the job does not have.
 */
export function alignmentChannelOf(
  { channels, url }: Pick<Acquisition, 'channels' | 'url'>,
  { alignmentChannel, autofluorescenceChannel }: JobParameters,
): number {
  if (alignmentChannel === 'auto')
    return channels.includes(autofluorescenceChannel) ? autofluorescenceChannel : channels[0]!;
  if (channels.includes(alignmentChannel)) return alignmentChannel;
  const advice = `The job has ${channels.join(', ')}: choose one of them, or add it to --channels.`;
  throw new AcquisitionError(
    'missing-channel',
    url,
    `tiles are to be aligned by channel ${alignmentChannel}, which is not there`,
    advice,
  );
}
