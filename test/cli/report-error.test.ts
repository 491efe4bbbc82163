import { describe, expect, it } from 'vitest';
import { FailedError, RefusedError } from '../../cli/errors.ts';
import { explain } from '../../cli/report-error.ts';
import { fromSystemError } from '../../shared/adapters/store-errors.ts';

const systemError = (code: string): Error => Object.assign(new Error(`${code}: open '/x'`), { code });

describe('the end of an error', () => {
  it('gives refusals exit code 2 and failures 1, with their own words', () => {
    expect(explain(new RefusedError('no'))).toEqual({ message: 'no', exitCode: 2 });
    expect(explain(new FailedError('broken'))).toEqual({ message: 'broken', exitCode: 1 });
    expect(explain(fromSystemError(systemError('ENOSPC'), 'write', '/x')).exitCode).toBe(1);
  });

  it('says what helps against what the operating system reports', () => {
    expect(explain(systemError('EACCES')).message).toContain('Permission is missing');
  });

  it('calls anything else a fault of the program', () => {
    const { message, exitCode } = explain(new TypeError('x is not a function'));
    expect(message).toContain('This is a fault of cloudreg');
    expect(exitCode).toBe(1);
  });
});
