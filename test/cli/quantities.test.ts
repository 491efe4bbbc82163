import { describe, expect, it } from 'vitest';
import { counted, formatBytes, formatRate, formatSeconds, parseMemoryMiB } from '../../cli/quantities.ts';

describe('amounts as people write them', () => {
  it.each([
    ['800', 800],
    ['800MiB', 800],
    ['2GiB', 2048],
    ['1.5 g', 1536],
    ['0', undefined],
    ['-1', undefined],
    ['2 TB', undefined],
    ['much', undefined],
  ])('reads %s of memory', (text, memoryMiB) => {
    expect(parseMemoryMiB(text)).toBe(memoryMiB);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1234, '1.23 kB'],
    [999_990, '1000 kB'],
    [45_600_000, '45.6 MB'],
    [7.89e12, '7.89 TB'],
  ])('writes %d bytes', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [42.4, '42 s'],
    [59.7, '1 min 00 s'],
    [185, '3 min 05 s'],
    [7199.9, '2 h 00 min'],
    [7620, '2 h 07 min'],
  ])('writes %d seconds', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it('gives no rate where no time has passed', () => {
    expect(formatRate(5e6, 0)).toBe('-');
    expect(formatRate(5e6, 2)).toBe('2.50 MB/s');
    expect(formatRate(5e9, 2)).toBe('2500 MB/s');
  });

  it('counts in the singular and the plural', () => {
    expect(counted(1, 'plane')).toBe('1 plane');
    expect(counted(1200, 'plane')).toBe('1,200 planes');
  });
});
