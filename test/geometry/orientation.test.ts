import { describe, expect, it } from 'vitest';
import { apply, compose, determinant, IDENTITY, invert, rotation } from '../../shared/geometry/affine.ts';
import { atlasAffine } from '../../shared/geometry/atlas-affine.ts';
import { parseOrientation, parseReorientation, reorientation } from '../../shared/geometry/orientation.ts';

// CLOUDREG section 7.1
const TABLE = [
  ['PIR', 'PIR', [0, 1, 2], [1, 1, 1]],
  ['PIR', 'RIP', [2, 1, 0], [1, 1, 1]],
  ['PIR', 'LPS', [2, 0, 1], [-1, 1, -1]],
  ['LPS', 'PIR', [1, 2, 0], [1, -1, -1]],
  ['PIR', 'RPI', [2, 0, 1], [1, 1, 1]],
  ['PIR', 'LAI', [2, 0, 1], [-1, -1, 1]],
  ['RAS', 'LPS', [0, 1, 2], [-1, -1, 1]],
  ['ASL', 'PIR', [0, 1, 2], [-1, -1, -1]],
  ['SAL', 'PIR', [1, 0, 2], [-1, -1, -1]],
] as const;

describe('orientation strings', () => {
  it.each(TABLE)('%s to %s as CloudReg does', (from, to, order, flip) => {
    const found = reorientation(parseOrientation(from), parseOrientation(to));
    expect(found).toEqual({ order, flip });
  });

  it.each(['PI', 'PIRA', 'PIX', 'PAR', '', 'pi1'])('refuses "%s" and quotes it', (text) => {
    expect(() => parseOrientation(text)).toThrow(`"${text}"`);
  });

  it('reads lower case, and the side of the origin where asked', () => {
    expect(parseOrientation('pir')).toEqual(['P', 'I', 'R']);
    expect(parseOrientation('asr', 'origin')).toEqual(['P', 'I', 'L']);
  });

  it('reads a pair', () => {
    expect(parseReorientation('RIP:pir').to).toEqual(['P', 'I', 'R']);
    expect(() => parseReorientation('RIP')).toThrow('FROM:TO');
  });
});

describe('the affine from orientations', () => {
  const base = { from: parseOrientation('PIR'), to: parseOrientation('LPS') };
  const sizeUm = [13200, 8000, 11400] as const;
  const close = (rows: readonly (readonly number[])[], expected: readonly (readonly number[])[]) =>
    rows.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(expected[i]![j]!, 4);
      });
    });

  it("gives CloudReg's values", () => {
    close(atlasAffine({ ...base, sizeUm }), [
      [0, 0, -1, 5700],
      [1, 0, 0, -6600],
      [0, -1, 0, 4000],
    ]);
    const turned = {
      translationUm: [100, -200, 300],
      rotationDegrees: [0, 0, 90],
      scale: [1.1, 1.1, 1.1],
    } as const;
    close(atlasAffine({ ...base, ...turned, sizeUm }), [
      [-1.1, 0, 0, 7370],
      [0, 0, -1.1, 6050],
      [0, -1.1, 0, 4730],
    ]);
    const skew = {
      translationUm: [100, -200, 300],
      rotationDegrees: [10, 20, 30],
      scale: [1, 0.9, 1.2],
    } as const;
    const affine = atlasAffine({ ...base, ...skew });
    [-0.44097, -0.378522, -0.813798, 100].forEach((value, j) => {
      expect(affine[0][j]).toBeCloseTo(value, 5);
    });
    const centred = atlasAffine({ ...base, ...skew, sizeUm });
    expect(centred.map((row) => row[3])).toEqual([
      expect.closeTo(9163.135439, 4),
      expect.closeTo(-2947.217376, 4),
      expect.closeTo(1170.22858, 4),
    ]);
  });

  it('is undone by its inverse, and refuses a flat one', () => {
    const affine = atlasAffine({ ...base, rotationDegrees: [10, 20, 30], translationUm: [1, 2, 3], sizeUm });
    close(compose(invert(affine), affine), IDENTITY);
    expect(apply(invert(affine), apply(affine, [5, 6, 7]))[1]).toBeCloseTo(6, 8);
    expect(determinant(rotation([30, 40, 50]))).toBeCloseTo(1, 12);
    expect(() => invert([IDENTITY[0], IDENTITY[0], IDENTITY[2]])).toThrow('no inverse');
  });
});
