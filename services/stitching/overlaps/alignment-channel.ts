/** The channel whose overlaps are compared; all others take over its placement. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { AcquisitionError } from '../../../shared/acquisition/acquisition-errors.ts';
import type { JobParameters } from '../../parameters.ts';

/**
 * It need not be one that is fused. `auto` is the autofluorescence channel, which shows tissue everywhere, or the first
 * one where there is none. Throws `AcquisitionError` where a channel was asked for of which there is no plane.
 */
export function alignmentChannelOf(
  { channels, url }: Pick<Acquisition, 'channels' | 'url'>,
  { alignmentChannel, autofluorescenceChannel }: JobParameters,
): number {
  if (alignmentChannel === 'auto')
    return channels.includes(autofluorescenceChannel) ? autofluorescenceChannel : channels[0]!;
  if (channels.includes(alignmentChannel)) return alignmentChannel;
  throw new AcquisitionError(
    'missing-channel',
    url,
    `tiles are to be aligned by channel ${alignmentChannel}, which is not there`,
    `There are planes of ${channels.join(', ')}: choose one of them.`,
  );
}
