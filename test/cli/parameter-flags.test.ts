import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  addParameterFlags,
  parameterLines,
  readConversionJob,
  readParameters,
} from '../../cli/parameter-flags.ts';
import { jobParameters } from '../../services/parameters.ts';
import { inFolder } from '../end-to-end/binary.ts';

async function parse(...words: string[]) {
  const command = new Command().exitOverride();
  addParameterFlags(command);
  command.parse(words, { from: 'user' });
  return readParameters(command.opts());
}

const withConfig = <T>(text: string, test: (path: string) => Promise<T>): Promise<T> =>
  inFolder(async (folder) => {
    const path = join(folder, 'parameters.json');
    writeFileSync(path, text);
    return test(path);
  });

describe('flags of the job parameters', () => {
  it('gives every parameter its default where no flag is given', async () => {
    expect(await parse()).toEqual(jobParameters.parse({}));
  });

  it('reads lists, words and numbers', async () => {
    const words = [
      '--channels',
      '0, 2',
      '--chunk-size',
      '64,64,1',
      '--factor',
      '2,2,2',
      '--mips',
      '3',
      '--strict',
    ];
    expect(await parse(...words)).toMatchObject({
      channels: [0, 2],
      chunkSize: [64, 64, 1],
      factor: [2, 2, 2],
      mips: 3,
      strict: true,
    });
  });

  it('takes one number for a list of one', async () => {
    expect(await parse('--channels', '1')).toMatchObject({ channels: [1] });
  });

  it.each([
    ['110', [110]],
    ['110, 98.5', [110, 98.5]],
    ['cloudreg', 'cloudreg'],
  ])('reads --background %s', async (text, background) => {
    expect(await parse('--background', text)).toMatchObject({ background });
  });

  it.each([
    ['auto', 'auto'],
    ['/data/flats, old/CHN00.tiff', 'file:///data/flats,%20old/CHN00.tiff'],
    ['file:///data/flats/', 'file:///data/flats'],
    ['12', pathToFileURL('12').href],
  ])('reads --flat-field %s as a word or as a place', async (text, flatField) => {
    const parameters = await parse('--flat-field', text);
    expect(parameters).toMatchObject({ flatField });
    expect(jobParameters.parse(parameters)).toEqual(parameters);
  });

  it.each([
    [
      '--background',
      '-5',
      /^--background is "-5"; expected "auto" or "none" or "cloudreg", or a list of numbers/,
    ],
    ['--flat-field', '', /^--flat-field is ""; expected "auto" or "none" or "cloudreg", or a TIFF or folder/],
    ['--factor', '3,3,3', /^--factor is "3,3,3"; expected "auto", or 3 values separated by commas: 2,2,1\|2/],
    ['--mips', '99', /^--mips is "99"; expected "auto", or a whole number from 1 to 20/],
    ['--chunk-size', '64,64', /^--chunk-size is "64,64"; expected 3 values .* each a whole number above 0/],
    ['--channels', 'some', /^--channels is "some"; expected "all", or a list of whole numbers/],
    ['--blend', 'median', /^--blend is "median"; expected "linear" or "nearest" or "mean" or "max" or "min"/],
    ['--placement', '', /^--placement is ""; expected "auto" or "nominal", or a placement as .json or/],
  ])('names the flag, what was found and what is expected: %s %s', async (flag, value, message) => {
    await expect(parse(flag, value)).rejects.toThrow(message);
  });

  it('lets a flag win over the file, and the file over the default', () =>
    withConfig('{"mips": 4, "chunkSize": [32, 32, 32]}', async (path) => {
      expect(await parse('--config', path, '--mips', '2')).toMatchObject({
        mips: 2,
        chunkSize: [32, 32, 32],
      });
    }));

  it.each([
    ['{"chunksize": [1, 1, 1]}', /"chunksize" in .* is no parameter; did you mean "chunkSize"\?/],
    ['{"mips": "many"}', /"mips" in .* is "many"; expected "auto", or a whole number/],
    ['[1]', /must hold a JSON object/],
    ['{mips: 1}', /is not JSON/],
  ])('refuses a file that holds %s', (text, message) =>
    withConfig(text, async (path) => {
      await expect(parse('--config', path)).rejects.toThrow(message);
    }),
  );

  it("of a conversion are its own and what else it takes, and a file's are the same", () =>
    withConfig('{"mips": 4, "encoding": "png", "sharded": true}', async (path) => {
      const names = ['mips', 'compress'];
      expect(await readConversionJob({ config: path, compress: 'none' }, names)).toMatchObject({
        mips: 4,
        compress: 'none',
        encoding: 'raw',
        conversion: { encoding: 'png', sharded: true },
      });
      await expect(readConversionJob({ config: path }, [])).rejects.toThrow(/"mips" in .* is no parameter/);
    }));

  it('refuses a file that is not there', async () => {
    await expect(parse('--config', '/nowhere/parameters.json')).rejects.toThrow(/cannot be read/);
  });

  it('prints parameters as they would be typed', () => {
    expect(parameterLines(jobParameters.parse({}))).toContain('--chunk-size 128,128,64');
  });
});
