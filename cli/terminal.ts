/** Where the command line prints: results to `out`, progress and complaints to `err`. Tests bring their own. */

export interface TextStream {
  write(text: string): void;
  /** True where lines can be rewritten in place. */
  readonly isTerminal: boolean;
  /** Characters of a line. */
  columns(): number;
}

export interface Terminal {
  readonly out: TextStream;
  readonly err: TextStream;
  /** False where the user or the terminal asks for no colours (https://no-color.org). */
  readonly colours: boolean;
}

const NARROW = 80;

const streamOf = (stream: NodeJS.WriteStream): TextStream => ({
  write: (text) => void stream.write(text),
  isTerminal: stream.isTTY === true,
  // A terminal that does not know its width says 0.
  columns: () => stream.columns || NARROW,
});

export function processTerminal(): Terminal {
  const { NO_COLOR, TERM } = process.env;
  ignoreClosedPipe(process.stdout);
  ignoreClosedPipe(process.stderr);
  return {
    out: streamOf(process.stdout),
    err: streamOf(process.stderr),
    colours: process.stderr.isTTY === true && TERM !== 'dumb' && (NO_COLOR ?? '') === '',
  };
}

/** `cloudreg … | head` closes our output: the work goes on, there is only nobody left to tell. */
function ignoreClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

export const line = (stream: TextStream, text = ''): void => stream.write(`${text}\n`);
