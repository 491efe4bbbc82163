/** A terminal that remembers what was written to it. */
import type { Terminal } from '../../cli/terminal.ts';

export interface FakeTerminal extends Terminal {
  readonly written: { out: string; err: string };
}

export function fakeTerminal(options: { isTerminal?: boolean; columns?: number } = {}): FakeTerminal {
  const written = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTerminal: options.isTerminal ?? false,
    columns: () => options.columns ?? 80,
  });
  return { out: stream('out'), err: stream('err'), colours: false, written };
}
