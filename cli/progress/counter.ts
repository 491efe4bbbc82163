/** One number that grows, on a terminal only: for work that is short or has no steps. */
import type { Terminal } from '../terminal.ts';

export interface Counter {
  show(done: number, total: number): void;
  /** Takes the line away. */
  end(): void;
}

const SILENT: Counter = { show: () => {}, end: () => {} };

export function createCounter({ err }: Terminal, what: string, silent: boolean): Counter {
  if (silent || !err.isTerminal) return SILENT;
  let shown = -1;
  return {
    show(done, total) {
      const percent = Math.floor((100 * done) / Math.max(1, total));
      if (percent === shown) return;
      shown = percent;
      err.write(`\r\x1b[2K${`${what}  ${percent} %  ${done}/${total}`.slice(0, err.columns() - 1)}`);
    },
    end: () => err.write('\r\x1b[2K'),
  };
}
