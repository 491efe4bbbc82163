import { describe, expect, it } from 'vitest';
import { summary } from '../../cli/raw-data-problems.ts';
import type { Problem } from '../../shared/acquisition/problems.ts';

const problem = (kind: Problem['kind'], loc: number, planes: [number, number][] = []): Problem => ({
  kind,
  loc,
  planes,
  message: kind,
});

describe('problems of the raw data, in a line', () => {
  it('counts planes over their ranges, and tiles once', () => {
    const problems = [
      problem('missing-plane', 3, [
        [0, 4],
        [9, 9],
      ]),
      problem('damaged-plane', 3, [[6, 6]]),
      problem('missing-plane', 5, [[1, 1]]),
    ];
    expect(summary(problems)).toBe('Raw data: 7 missing planes and 1 damaged plane in 2 tiles (left out)');
  });

  it('names tiles and channels that are missing, and remarks apart', () => {
    const problems = [
      problem('missing-tile', 1),
      problem('missing-channel', 2),
      problem('channel-count', 0),
      problem('extra-plane', 0),
    ];
    expect(summary(problems)).toBe(
      'Raw data: 1 missing tile, 1 tile without one of its channels (left out), 2 remarks',
    );
  });

  it('has only remarks where nothing is missing', () => {
    expect(summary([problem('numbering', 0)])).toBe('Raw data: 1 remark');
  });
});
