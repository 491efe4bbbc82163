import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../cli/catalogue.ts';
import { FUTURE_COMMANDS } from '../../cli/future-words.ts';
import { cloudreg } from '../../cli/program.ts';
import { fakeTerminal } from './fake-terminal.ts';

async function say(...words: string[]) {
  const terminal = fakeTerminal({ columns: 110 });
  const exitCode = await cloudreg(words, terminal);
  return { exitCode, ...terminal.written };
}

describe('words of the command line', () => {
  it('lists every command in --help', async () => {
    const { exitCode, out } = await say('--help');
    expect(exitCode).toBe(0);
    for (const { name } of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
  });

  it.each([
    [['rnu', 'a', 'b'], 'Did you mean run?'],
    [['run', 'a', 'b', '--wrokers', '2'], 'Did you mean --workers?'],
    [['run', 'a'], "missing required argument 'output'"],
    [['run', 'a', 'b', 'c'], 'too many arguments'],
    [['run', 'a', 'b', '--workers', 'many'], '--workers is "many"; expected a whole number'],
    [['run', 'a', 'b', '--workers', '0'], '--workers is "0"; expected a whole number'],
    [['run', 'a', 'b', '--memory', 'lots'], '--memory is "lots"; expected'],
    [['run', 'a', 'b', '--until', 'stitching.fuze'], 'did you mean stitching.fuse?'],
    [['run', 'a', 'b', '--redo', 'nothing.like.it'], 'ingest.scan'],
    [['run', 'https://host/a', '/tmp/b'], 'give a folder or an s3:// URL'],
    [[], 'a command is needed'],
  ])('refuses %j with exit code 2 and a hint', async (words, hint) => {
    const { exitCode, err } = await say(...words);
    expect(err).toContain(hint);
    expect(err).not.toContain('    at ');
    expect(exitCode).toBe(2);
  });

  it.each(Object.keys(FUTURE_COMMANDS))('refuses the command %s that does not exist yet', async (word) => {
    const { exitCode, err } = await say(word, 'x');
    expect(err).toContain(`"${word}" does not exist yet: it comes with`);
    expect(exitCode).toBe(2);
  });

  it('prints errors as one JSON object with --json', async () => {
    const { exitCode, out, err } = await say('run', 'a', '--json');
    expect(JSON.parse(out)).toMatchObject({ event: 'error', exitCode: 2 });
    expect(err).toBe('');
    expect(exitCode).toBe(2);
  });

  it('prints a stack with --verbose only', async () => {
    const { err } = await say('run', 'a', '--verbose');
    expect(err).toContain('    at ');
  });
});
