/** A short run of `npm run fuzz`: damaged files give a value or a refusal by name, whatever the damage. */
import { describe, expect, it } from 'vitest';
import { fuzzFormat } from '../../bench/fuzz/fuzz-formats.ts';
import { fuzzFormats } from '../../bench/fuzz/sound-files.ts';

const COUNT = 250;

describe('damaged files', () => {
  it.each(fuzzFormats)('of %s are read or refused by name', { timeout: 120_000 }, async (format) => {
    const { values, refusals } = await fuzzFormat({
      format,
      seed: 7,
      count: COUNT,
      fixtures: 'test/fixtures',
    });
    expect(values + refusals).toBe(COUNT);
    // Both happen: the damage is neither none nor total.
    expect(Math.min(values, refusals)).toBeGreaterThan(5);
  });
});
