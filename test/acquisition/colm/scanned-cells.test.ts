import { describe, expect, it } from 'vitest';
import { parseScannedCells } from '../../../shared/acquisition/colm/scanned-cells.ts';

const parse = (text: string, rows = 2, columns = 3): number[] =>
  parseScannedCells(new TextEncoder().encode(text), { rows, columns }, 'Scanned Cells.txt');

describe('Scanned Cells.txt', () => {
  it('numbers the imaged cells row by row', () => {
    expect(parse('1,1,0\n1,0,1\n')).toEqual([0, 1, 3, 5]);
  });

  it('reads cells as numbers, whatever blanks and line ends there are', () => {
    expect(parse('\ufeff1, 1,0 \r\n 1.0,0.0,\t1.00,\r\n\r\n')).toEqual([0, 1, 3, 5]);
  });

  it('takes every other number for not imaged', () => {
    expect(parse('2,1,-1\n0,0,0.5')).toEqual([1]);
  });

  it.each([
    ['1,1,0', 'has 1 lines, Experiment.ini says 2 rows of 3'],
    ['1,1,0\n1,0,1\n1,1,1', 'has 3 lines'],
    ['1,1,0\n1,0', 'line 2 has 2 cells, Experiment.ini says 2 rows of 3'],
    ['1,1,0,1\n1,0,1,1', 'line 1 has 4 cells'],
    ['', 'has 0 lines'],
  ])('refuses another shape: %j', (text, message) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ name: 'AcquisitionError', kind: 'shape' }));
    expect(() => parse(text)).toThrow(message);
  });

  it('refuses what is no number, and says where', () => {
    expect(() => parse('1,1,0\n1,yes,1')).toThrow('line 2, column 2 is "yes", expected 0 or 1');
    expect(() => parse('1,1,0\n1,,1')).toThrow('line 2, column 2 is "", expected 0 or 1');
  });

  it('refuses a grid without any imaged cell', () => {
    expect(() => parse('0,0,0\n0,0,0')).toThrow(expect.objectContaining({ kind: 'no-planes' }));
  });
});
