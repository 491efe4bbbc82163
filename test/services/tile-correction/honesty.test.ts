import { describe, expect, it } from 'vitest';
import { judge, tooLittle } from '../../../services/tile-correction/honesty.ts';

const good = { tiles: 11, pairs: 13, sd: 0.09, se: 0.01, shape: 0.7, total: 0.9 };

describe('the honesty check (ILLUMINATION section 2.2)', () => {
  it.each([
    ['seams shrink in shape', good, true],
    ['seams shrink in all, with pairs enough', { ...good, shape: 1 }, true],
    ['seams shrink in all, with too few pairs', { ...good, shape: 1, pairs: 7 }, false],
    ['seams do not shrink', { ...good, shape: 0.98, total: 0.98 }, false],
    ['the field is weak', { ...good, sd: 0.009, se: 0.001 }, false],
    ['the halves disagree', { ...good, se: 0.046 }, false],
    ['nothing overlaps and the field is strong', { ...good, pairs: 0, shape: null, total: null }, true],
    [
      'nothing overlaps and the field is weak',
      { ...good, pairs: 0, sd: 0.04, shape: null, total: null },
      false,
    ],
  ])('where %s', (_, evidence, apply) => {
    expect(judge(evidence).apply).toBe(apply);
  });

  it('names the figures that decided', () => {
    expect(judge(good).reason).toBe(
      'a field of sd 0.090: seams it has not seen go to 0.70 in shape and 0.90 in all',
    );
    expect(judge({ ...good, se: 0.05 }).reason).toBe(
      'a field of sd 0.090, but halves of the data differ by 0.050',
    );
  });

  it('wants four tiles and three pairs, or twelve tiles without any', () => {
    expect(tooLittle(4, 3)).toBeUndefined();
    expect(tooLittle(12, 0)).toBeUndefined();
    expect(tooLittle(3, 3)).toContain('at least 4 tiles');
    expect(tooLittle(20, 2)).toContain('3 pairs');
    expect(tooLittle(11, 0)).toContain('at least 12');
  });
});
