import { expect, it } from 'vitest';
import { cloudreg, inFolder } from './binary.ts';

it('a stack has the lines of the sources, though the program is bundled', () =>
  inFolder(async (folder) => {
    const { exitCode, err } = await cloudreg('status', folder, '--verbose');
    expect(exitCode).toBe(2);
    expect(err).toMatch(/at status \(\S*cli[\\/]commands[\\/]status\.ts:\d+:\d+\)/);
  }));
