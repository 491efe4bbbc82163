/** `auto`: is the field beyond what the method invents on an evenly lit brain? */
import type { FieldFigures } from './figures.ts';

/**
 * A smooth field cannot tell anatomy from bias (ILLUMINATION section 3), so `auto` asks in a way that parts the two best:
 * two levels of a fixed number of rounds at a FWHM that makes the spline follow, most of them at the stiffer level.
 * Measured at 160 to 200 um in tissue masks, sd of the field found; seven smooth fields (slopes, waves, domes) put on:
 *
 *   put on           real brain (autofluorescence)    Allen template
 *   nothing          0.122                            0.145
 *   sd 0.05          0.113 .. 0.139                   0.141 .. 0.153
 *   sd 0.25          0.180 .. 0.229                   0.192 .. 0.276     slopes, waves, mixtures
 *   sd 0.25          0.070, 0.137                     0.143, 0.160       brighter or darker in the middle
 *   sd 0.25          0.126 (y), 0.157 (-z)            0.128 (y)          slopes along one axis, against the anatomy's own
 *
 * With CloudReg's FWHM of 0.15 and 50 rounds a level a field of sd 0.25 shows as 0.08 .. 0.10 on the real brain, while
 * the template without any shows 0.09: no threshold parts them. The price: what looks like a brain is left out,
 * and what is opposed to it. The slope along each axis alone parts them no better: 0.06 .. 0.10 there, 0.13 of the clean template.
 */
export const autoN4 = { levels: [40, 20], fwhm: 0.3, threshold: 0 } as const;

/** Standard deviation of the log field over the tissue from which on `auto` applies it: between 0.153 and 0.180. */
export const leastSd = 0.167;

export interface IlluminationDecision {
  readonly decision: 'apply' | 'none';
  /** One sentence for people. */
  readonly reason: string;
}

export function decide({ sd }: FieldFigures): IlluminationDecision {
  const found = `the field found has a standard deviation of ${sd.toFixed(3)} in logs`;
  return sd >= leastSd
    ? {
        decision: 'apply',
        reason: `${found}, more than anatomy alone makes of an evenly lit brain (${leastSd})`,
      }
    : {
        decision: 'none',
        reason: `${found}, no more than anatomy alone may make of an evenly lit brain (${leastSd})`,
      };
}
