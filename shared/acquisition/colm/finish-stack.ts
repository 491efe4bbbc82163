/** From what was seen of a stack to its record in the acquisition, and to the problems worth telling. */
import type { TiffPixelType } from '../../formats/tiff/pixels.ts';
import type { Stack } from '../acquisition.ts';
import { MOST_KEYS, type Problem, planeRanges, planesInWords } from '../problems.ts';
import { follows, type ListedPlane } from './locations.ts';
import type { DamagedPlane, PlaneGroup, StackSurvey } from './survey-stack.ts';

export interface FinishedStack {
  readonly loc: number;
  readonly stack: Stack;
  /** Of the planes that can be used, as stored. */
  readonly bytes: number;
  readonly problems: readonly Problem[];
}

/** `dataType`: of the whole acquisition; planes of another type cannot be used. */
export function finishStack(survey: StackSurvey, dataType: TiffPixelType): FinishedStack {
  const usable = survey.groups.filter((group) => group.dataType === dataType);
  const planes = usable.flatMap((group) => group.planes);
  const damaged = [...survey.damaged, ...ofAnotherType(survey.groups, dataType)];
  const missing = [...survey.absent, ...damaged.map(({ listed }) => listed.plane)];
  const stack: Stack = {
    channel: survey.channel,
    ...survey.pattern,
    exceptions: Object.fromEntries(
      planes.filter((plane) => !follows(survey.pattern, plane)).map(({ plane, key }) => [plane, key]),
    ),
    missing: missing.sort((a, b) => a - b),
    layout: usable.length === 1 ? usable[0]!.layout : null,
    compressed: usable.some(({ compressed }) => compressed),
  };
  const bytes = planes.reduce((sum, { size }) => sum + size, 0);
  return { loc: survey.loc, stack, bytes, problems: problemsOf(survey, damaged) };
}

const ofAnotherType = (groups: readonly PlaneGroup[], dataType: TiffPixelType): DamagedPlane[] =>
  groups
    .filter((group) => group.dataType !== dataType)
    .flatMap((group) =>
      group.planes.map((listed) => ({
        listed,
        reason: `${group.dataType} pixels, expected ${dataType} as in most planes`,
      })),
    );

function problemsOf(survey: StackSurvey, damaged: readonly DamagedPlane[]): Problem[] {
  return [...absentPlanes(survey), ...damagedPlanes(survey, damaged), ...unusedFiles(survey)];
}

const placeOf = ({ loc, channel }: StackSurvey): Pick<Problem, 'loc' | 'channel'> => ({ loc, channel });

function absentPlanes(survey: StackSurvey): Problem[] {
  const { absent, extra, pattern, loc, channel } = survey;
  if (absent.length === 0) return [];
  const keys = absent
    .slice(0, MOST_KEYS)
    .map((plane) => `${pattern.stem}${String(plane).padStart(pattern.digits, '0')}${pattern.suffix}`);
  const count = absent.length === 1 ? '1 plane is' : `${absent.length} planes are`;
  const startsAtOne = absent[0] === 0 && absent[1] !== 1 && extra.length === 1;
  const message = `LOC ${loc}, channel ${channel}: ${count} not there (${planesInWords(absent)}): ${keys[0]}`;
  const problems: Problem[] = [
    { kind: 'missing-plane', ...placeOf(survey), planes: planeRanges(absent), keys, message },
  ];
  if (startsAtOne)
    problems.push({
      kind: 'numbering',
      ...placeOf(survey),
      message: `LOC ${loc}, channel ${channel}: planes seem to be numbered from 1; they must be numbered from 0`,
    });
  return problems;
}

/** One problem for all planes of the stack with the same defect. */
function damagedPlanes(survey: StackSurvey, damaged: readonly DamagedPlane[]): Problem[] {
  const byReason = new Map<string, ListedPlane[]>();
  for (const { listed, reason } of damaged) byReason.set(reason, [...(byReason.get(reason) ?? []), listed]);
  return [...byReason].map(([reason, listed]) => {
    const planes = listed.map(({ plane }) => plane).sort((a, b) => a - b);
    const others = planes.length === 1 ? '' : ` (and others: planes ${planesInWords(planes)})`;
    return {
      kind: 'damaged-plane',
      ...placeOf(survey),
      planes: planeRanges(planes),
      keys: keysOf(listed),
      message: `${listed[0]?.key}: ${reason}${others}`,
    };
  });
}

function unusedFiles(survey: StackSurvey): Problem[] {
  const { extra, duplicates, loc, channel } = survey;
  const where = `LOC ${loc}, channel ${channel}`;
  const problems: Problem[] = [];
  if (extra.length > 0)
    problems.push({
      kind: 'extra-plane',
      ...placeOf(survey),
      planes: planeRanges(extra.map(({ plane }) => plane)),
      keys: keysOf(extra),
      message: `${where}: more planes than Experiment.ini says are not used: ${extra[0]?.key}`,
    });
  if (duplicates.length > 0)
    problems.push({
      kind: 'duplicate-plane',
      ...placeOf(survey),
      keys: keysOf(duplicates),
      message: `${where}: another file has the same number, not used: ${duplicates[0]?.key}`,
    });
  return problems;
}

const keysOf = (listed: readonly ListedPlane[]): string[] => listed.slice(0, MOST_KEYS).map(({ key }) => key);
