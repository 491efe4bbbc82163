/** Long texts cut where they may be cut, so that no more than a piece of a file is in memory. */
import { RegistrationInputError } from '../errors.ts';

/** Takes one piece of a text after the other; gives what is whole by then. */
export interface Splitter {
  push(piece: string): string[];
  /** What is left. */
  end(): string[];
}

export function lineSplitter(): Splitter {
  let begun = '';
  return {
    push(piece) {
      const lines = (begun + piece).split(/\r?\n/);
      begun = lines.pop()!;
      return lines;
    },
    end: () => [begun.replace(/\r$/, '')],
  };
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];

/** The elements of a JSON list, whose text begins with its bracket, as they are written. */
export function elementSplitter(where: string): Splitter {
  let begun = '';
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let isOver = false;
  const step = (code: number): 'ends' | 'goes on' => {
    if (inString) {
      if (isEscaped) isEscaped = false;
      else if (code === BACKSLASH) isEscaped = true;
      else if (code === QUOTE) inString = false;
      return 'goes on';
    }
    if (code === QUOTE) inString = true;
    else if (OPENING.includes(code)) depth += 1;
    else if (CLOSING.includes(code)) depth -= 1;
    return depth === 0 || (depth === 1 && code === COMMA) ? 'ends' : 'goes on';
  };
  return {
    push(piece) {
      const elements: string[] = [];
      let from = 0;
      for (let at = 0; at < piece.length && !isOver; at++) {
        const code = piece.charCodeAt(at);
        const isFirst = depth === 0;
        if (isFirst && /\s/.test(piece[at]!)) continue;
        if (step(code) === 'ends') {
          elements.push(begun + piece.slice(from, at));
          begun = '';
          from = at + 1;
          isOver = depth === 0;
        } else if (isFirst) from = at + 1;
      }
      begun += piece.slice(from);
      return elements;
    },
    end() {
      if (!isOver) throw new RegistrationInputError(`${where} is not JSON (its list does not end)`);
      if (begun.trim() !== '')
        throw new RegistrationInputError(
          `${where} is not JSON (after its list comes ${begun.trim().slice(0, 40)})`,
        );
      return [];
    },
  };
}
