import { describe, expect, it } from 'vitest';
import { type Experiment, parseExperiment } from '../../../shared/acquisition/colm/experiment-ini.ts';

const example = `[Experiment Settings]
X Resolution = "2048"
Y Resolution = "2048"
Num Enabled Channels = "2"
Num in stack (Top Left Corner) = "400"
[Objectives]
North = "Olympus 10x 0.6NA"
[North Scan Region]
Num Horizontal = "3"
Num Vertical = "2"
Stack Step (mm) = "0.005"
[North Scan Region Stats]
Actual Horizontal Overlap (%) = "15.0"
Actual Vertical Overlap (%) = "15.0"
`;

const parse = (text: string): Experiment => parseExperiment(new TextEncoder().encode(text), 'Experiment.ini');
const withValue = (key: string, value: string): string =>
  example.replace(new RegExp(`^${key.replace(/[()%]/g, '\\$&')} = .*$`, 'm'), `${key} = ${value}`);

describe('Experiment.ini', () => {
  it('gives grid, image, stack, overlap and voxel size', () => {
    expect(parse(example)).toEqual({
      grid: { rows: 2, columns: 3 },
      width: 2048,
      height: 2048,
      planes: 400,
      overlap: { x: 0.15, y: 0.15 },
      magnification: 10,
      voxelSizeUm: [0.585, 0.585, 5],
      enabledChannels: 2,
      warnings: [],
    });
  });

  it('reads the same with a byte order mark, without quotes, with other case, line ends and blanks', () => {
    const variants = [
      `\ufeff${example}`,
      example.replaceAll('"', ''),
      example.replaceAll('\n', '\r\n').replaceAll(' = ', '='),
      example.replace(/^[^=\n]+(?= =)/gm, (key) => key.toUpperCase()),
      example.replace(/^/gm, '  ').replace('[Objectives]', '; a remark = 1\n# and another\n\n[ Objectives ]'),
    ];
    for (const variant of variants) expect(parse(variant)).toEqual(parse(example));
  });

  it('reads Latin-1 text', () => {
    const text = `[Sample]\nNote = "step in \u00b5m"\n${example}`;
    expect(parseExperiment(Buffer.from(text, 'latin1'), 'Experiment.ini')).toEqual(parse(example));
  });

  it.each([
    ['0.0025', 2.5],
    ['0.0005', 0.5],
    ['0.0029', 2.9],
    ['"5e-3"', 5],
  ])('keeps the fraction of a z step of %s mm', (mm, um) => {
    expect(parse(withValue('Stack Step (mm)', mm)).voxelSizeUm[2]).toBe(um);
  });

  it.each([
    ['"4x"', 4, 1.46],
    ['" 4X / 0.28"', 4, 1.46],
    ['"Nikon 10 x"', 10, 0.585],
    ['25x', 25, 0.234],
    ['"Plan 25.0x"', 25, 0.234],
  ])('finds the magnification in %s', (objective, magnification, pixelUm) => {
    const experiment = parse(withValue('North', objective));
    expect(experiment.magnification).toBe(magnification);
    expect(experiment.voxelSizeUm.slice(0, 2)).toEqual([pixelUm, pixelUm]);
  });

  it('makes pixels larger by the binning, and images need not be square', () => {
    const experiment = parse(withValue('X Resolution', '"1024"'));
    expect(experiment).toMatchObject({ width: 1024, height: 2048, voxelSizeUm: [1.17, 1.17, 5] });
  });

  it('takes an image for square where no height is given', () => {
    expect(parse(example.replace(/^Y Resolution.*\n/m, '')).height).toBe(2048);
  });

  it('lets the last of two values count and says so', () => {
    const experiment = parse(example.replace('Num Vertical', 'num vertical = "7"\nNum Vertical'));
    expect(experiment.grid.rows).toBe(2);
    expect(experiment.warnings).toEqual([
      '[North Scan Region] Num Vertical is given more than once: the last value counts',
    ]);
  });

  it('names every missing key at once', () => {
    const text = example.replace(/^Num Vertical.*\n/m, '').replace('[Objectives]', '[Optics]');
    expect(() => parse(text)).toThrow(
      'Experiment.ini: no [North Scan Region] Num Vertical, [Objectives] North. Each is needed.',
    );
    expect(() => parse('\n')).toThrow(expect.objectContaining({ kind: 'missing-key' }));
  });

  it('calls an empty file empty', () => {
    expect(() => parse('')).toThrow(expect.objectContaining({ kind: 'empty-file' }));
  });

  it.each([
    ['Num Horizontal', '"three"', 'expected a whole number above 0'],
    ['Num Vertical', '"0"', 'expected a whole number above 0'],
    ['Num in stack (Top Left Corner)', '"12.5"', 'expected a whole number above 0'],
    ['X Resolution', '""', 'expected a whole number above 0'],
    ['Y Resolution', '"0x800"', 'expected a whole number above 0'],
    ['Stack Step (mm)', '"0,005"', 'expected millimetres above 0'],
    ['Stack Step (mm)', '"-0.005"', 'expected millimetres above 0'],
    ['Actual Vertical Overlap (%)', '"100"', 'expected percent, from 0 to below 100'],
    ['Actual Horizontal Overlap (%)', '"NaN"', 'expected percent, from 0 to below 100'],
    ['North', '"None"', 'expected the name of a 4x, 10x or 25x objective'],
    ['North', '"20x"', 'expected the name of a 4x, 10x or 25x objective'],
  ])('refuses %s = %s', (key, value, expected) => {
    const attempt = () => parse(withValue(key, value));
    expect(attempt).toThrow(expect.objectContaining({ name: 'AcquisitionError', kind: 'bad-value' }));
    expect(attempt).toThrow(`${key} is ${value}, ${expected}`);
  });
});
