/** Shows a run's progress: rewritten in place on a terminal, plain lines every few seconds elsewhere, or JSON. */
import { figureLines } from '../figures/figure-lines.ts';
import { line, type Terminal } from '../terminal.ts';
import { bytesText, colouredBar, type DrawBar, plainBar, type StepLine, stepText } from './progress-lines.ts';
import { createLineReader, type ShownProgress } from './step-lines.ts';

export interface ProgressDisplay {
  show(progress: ShownProgress): void;
  /** A sentence between the progress lines. */
  note(text: string): void;
  /** Shows the last state and leaves the cursor below it. */
  end(): void;
}

/** Seconds on any clock that only goes forward. */
type Seconds = () => number;

const REPAINT_SECONDS = 0.2;
const PLAIN_SECONDS = 5;
const JSON_SECONDS = 1;

export function createProgressDisplay(
  terminal: Terminal,
  style: { json: boolean },
  now: Seconds,
): ProgressDisplay {
  if (style.json) return jsonDisplay(terminal, now);
  return terminal.err.isTerminal ? liveDisplay(terminal, now) : plainDisplay(terminal, now);
}

/** Lines that replace themselves. */
function liveDisplay(terminal: Terminal, now: Seconds): ProgressDisplay {
  const { err } = terminal;
  const reader = createLineReader(now);
  const started = now();
  let painted: readonly string[] = [];
  let latest: readonly string[] = [];
  let paintedAt = Number.NEGATIVE_INFINITY;

  const paint = (): void => {
    const up = painted.length === 0 ? '' : `\x1b[${painted.length}A`;
    err.write(`${up}${latest.map((text) => `\x1b[2K${text}\n`).join('')}`);
    painted = latest;
    paintedAt = now();
  };
  return {
    show(progress) {
      const columns = err.columns() - 1;
      const { moved } = progress;
      latest = [
        ...allLines(reader.read(progress), columns, terminal.colours ? colouredBar : plainBar),
        ...(moved === undefined ? [] : [bytesText(moved, now() - started).slice(0, columns)]),
        ...figureLines(progress.figures ?? [], columns),
      ];
      if (now() - paintedAt >= REPAINT_SECONDS) paint();
    },
    note(text) {
      if (painted.length > 0) err.write(`\x1b[${painted.length}A\x1b[J`);
      painted = [];
      line(err, text);
      if (latest.length > 0) paint();
    },
    end: () => {
      if (latest.length > 0) paint();
    },
  };
}

const allLines = (steps: readonly StepLine[], columns: number, draw: DrawBar): string[] =>
  steps.map((step) => stepText(step, nameWidth(steps), columns, draw));

const nameWidth = (steps: readonly StepLine[]): number =>
  Math.max(0, ...steps.map(({ step }) => step.length));

/** For logs: what runs every few seconds, and each step once when it ends. */
function plainDisplay(terminal: Terminal, now: Seconds): ProgressDisplay {
  const { err } = terminal;
  const reader = createLineReader(now);
  const ended = new Set<string>();
  let saidAt = now();
  return {
    show(progress) {
      const steps = reader.read(progress);
      const newlyEnded = steps.filter((step) => hasEnded(step) && !ended.has(step.step));
      for (const step of newlyEnded) ended.add(step.step);
      const isDue = now() - saidAt >= PLAIN_SECONDS;
      if (isDue) saidAt = now();
      for (const step of steps)
        if (newlyEnded.includes(step) || (isDue && step.state === 'running'))
          line(err, stepText(step, nameWidth(steps), Number.POSITIVE_INFINITY, plainBar));
      if (isDue) for (const text of figureLines(progress.figures ?? [])) line(err, text);
    },
    note: (text) => line(err, text),
    end: () => {},
  };
}

const hasEnded = (step: StepLine): boolean => !['waiting', 'running'].includes(step.state);

function jsonDisplay(terminal: Terminal, now: Seconds): ProgressDisplay {
  let saidAt = Number.NEGATIVE_INFINITY;
  let states = '';
  return {
    show(progress) {
      const newStates = progress.steps.map((step) => step.state).join();
      if (now() - saidAt < JSON_SECONDS && newStates === states) return;
      [saidAt, states] = [now(), newStates];
      const { steps, moved, figures } = progress;
      line(terminal.out, JSON.stringify({ event: 'progress', steps, ...moved, figures }));
    },
    note: (text) => line(terminal.out, JSON.stringify({ event: 'note', message: text })),
    end: () => {},
  };
}
