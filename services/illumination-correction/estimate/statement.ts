/** What the end of a run says about the illumination of a channel or a volume. */
import type { FieldChoice } from './choose-field.ts';
import type { LitVolume } from './lit-volume.ts';

/** `requested`: as `--illumination` named it. */
export function statementOf(
  { lit, volume, sampling }: LitVolume,
  requested: string,
  choice: FieldChoice,
): string {
  const { decision, reason, isProblem, low } = choice;
  const subject = lit === 'volume' ? 'Volume' : `Channel ${lit}`;
  const verdict = decision === 'apply' ? 'illumination corrected' : 'illumination left as it is';
  const why = isProblem ? `it cannot be estimated: ${reason}` : reason;
  const { key } = volume.mips[sampling.mip]!;
  const from = lit === 'volume' && low !== undefined ? `; estimated from scale ${key}` : '';
  return `${subject}: ${verdict} (${why}${effectOf(requested, choice)}${from})`;
}

function effectOf(requested: string, { decision, figures }: FieldChoice): string {
  if (figures === undefined) return '';
  const { sd, changedShare, cutShare } = figures;
  const share = `${Math.round(100 * changedShare)} % of the tissue`;
  const change =
    decision === 'apply'
      ? `${share} changes by more than 10 %`
      : `it would change ${share} by more than 10 %`;
  const cut = cutShare > 0 ? `; factors are cut at 10 in ${(100 * cutShare).toPrecision(2)} % of it` : '';
  // The reason of `auto` names it.
  const deviation = requested === 'auto' ? '' : `; standard deviation of its logarithm ${sd.toFixed(3)}`;
  return `${deviation}; ${change}${cut}`;
}
