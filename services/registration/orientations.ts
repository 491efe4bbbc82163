/** The orientations that a job's parameters name. */
import { parseOrientation, parseReorientation } from '../../shared/geometry/orientation.ts';
import type { Orientations } from '../../shared/registration/first-pose.ts';
import type { JobParameters } from '../parameters.ts';

/** Only jobs that say how their sample lies are registered. */
export const isRegistered = ({ orientation }: JobParameters): boolean => orientation !== 'none';

/** `RIP:PIR` names the atlas's, too. @throws OrientationError */
export function orientationsOf({ orientation, atlasOrientation }: JobParameters): Orientations {
  if (!orientation.includes(':'))
    return { sample: parseOrientation(orientation), atlas: parseOrientation(atlasOrientation) };
  const { from, to } = parseReorientation(orientation);
  return { sample: from, atlas: to };
}
