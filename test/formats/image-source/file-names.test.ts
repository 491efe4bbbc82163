import { describe, expect, it } from 'vitest';
import { byNumbers, gapWarning } from '../../../shared/formats/image-source/file-names.ts';

describe('the order of a series', () => {
  it('counts numbers as numbers, wherever they stand', () => {
    const names = ['b1', 'a10_2', 'a9_11', 'a9_2', 'a010_1', 'a', 'a9_2b'];
    expect([...names].sort(byNumbers)).toEqual(['a', 'a9_2', 'a9_2b', 'a9_11', 'a010_1', 'a10_2', 'b1']);
  });

  it('does not depend on the order it begins with', () => {
    const names = ['s1', 's01', 's001', 's2'];
    expect([...names].reverse().sort(byNumbers)).toEqual([...names].sort(byNumbers));
  });
});

describe('gaps in the numbering', () => {
  it('are named, with the digits the names have', () => {
    expect(gapWarning(['z008.tif', 'z009.tif', 'z011.tif', 'z012.tif'])).toMatch(
      /^1 of the series' files .* z008.tif and z012.tif: z010.tif\./,
    );
    expect(gapWarning(['s9.png', 's10.png', 's11.png', 's13.png'])).toContain(': s12.png.');
  });

  it('are counted in the step that is usual', () => {
    expect(gapWarning(['Z000um', 'Z025um', 'Z050um', 'Z100um'])).toContain('1 of the series');
    expect(gapWarning(['Z000um', 'Z025um', 'Z050um', 'Z075um'])).toBeUndefined();
  });

  it('are told by their number where they are many', () => {
    const text = gapWarning(['a1', 'a2', 'a3', 'a1000000']);
    expect(text).toMatch(/^999996 of the series' files .*a4, a5, .*a13 and 999986 more\./);
  });

  it('are looked for in the last number that changes', () => {
    expect(gapWarning(['06-01_s0_C1', '06-01_s1_C1', '06-02_s2_C1'])).toBeUndefined();
  });

  it('are not looked for in names that follow no pattern', () => {
    expect(gapWarning(['one', 'two', 'three'])).toBeUndefined();
    expect(gapWarning(['a1x', 'a2y'])).toBeUndefined();
    expect(gapWarning(['a1'])).toBeUndefined();
    expect(gapWarning([])).toBeUndefined();
  });
});
