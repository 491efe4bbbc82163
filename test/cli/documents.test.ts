import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../cli/catalogue.ts';
import { cloudreg } from '../../cli/program.ts';
import { fakeTerminal } from './fake-terminal.ts';

const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

async function flagsOf(command: string): Promise<string[]> {
  const terminal = fakeTerminal({ columns: 200 });
  await cloudreg([command, '--help'], terminal);
  const flags = [...terminal.written.out.matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map((match) => match[1]!);
  return flags.filter((flag) => flag !== '--help');
}

const flagsIn = (document: string): string[] => [
  ...new Set([...document.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag)),
];

describe('the documents', () => {
  it('describe every command and every flag of run', async () => {
    const reference = text('docs/command-line.md');
    for (const { name } of COMMANDS) expect(reference).toContain(`| \`${name}`);
    for (const flag of await flagsOf('run')) expect(reference).toContain(`| \`${flag}`);
  });

  it('show no flag that does not exist', async () => {
    const known = new Set((await Promise.all(COMMANDS.map(({ name }) => flagsOf(name)))).flat());
    // Of npm, and of the benchmarks.
    const ofOthers = ['--help', '--silent', '--global', '--peers'];
    for (const document of ['README.md', 'docs/command-line.md', 'docs/illumination.md'])
      for (const flag of flagsIn(text(document))) expect([...known, ...ofOthers], document).toContain(flag);
  });

  it('link only to files that are there', () => {
    const docs = readdirSync(new URL('../../docs/', import.meta.url)).filter((name) => name.endsWith('.md'));
    for (const document of ['README.md', 'ARCHITECTURE.md', ...docs.map((name) => `docs/${name}`)]) {
      const folder = document.slice(0, document.lastIndexOf('/') + 1);
      for (const [, target] of text(document).matchAll(/\]\(([^):#]+)\)/g))
        expect(() => text(`${folder}${target}`), `${document}: ${target}`).not.toThrow();
    }
  });
});
