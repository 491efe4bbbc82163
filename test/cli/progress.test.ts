import { describe, expect, it } from 'vitest';
import { createProgressDisplay } from '../../cli/progress/progress-display.ts';
import { plainBar, type StepLine, stepText } from '../../cli/progress/progress-lines.ts';
import { createStepMeter } from '../../cli/progress/step-meter.ts';
import { fakeTerminal } from './fake-terminal.ts';

const RUNNING: StepLine = {
  step: 'stitching.fuse',
  state: 'running',
  tasks: 200,
  done: 128,
  failed: 0,
  accepted: 0,
  rate: 3.2,
  seconds: undefined,
};

describe('the speed of a step', () => {
  it('is not known before two tasks and a second have passed', () => {
    const meter = createStepMeter();
    meter.observe(0, 0);
    expect(meter.rate()).toBeUndefined();
    meter.observe(2, 0.5);
    expect(meter.rate()).toBeUndefined();
    meter.observe(3, 1.5);
    expect(meter.rate()).toBe(2);
  });

  it('does not count what was done before this process looked', () => {
    const meter = createStepMeter();
    meter.observe(1000, 0);
    meter.observe(1010, 10);
    expect(meter.rate()).toBe(1);
  });

  it('is that of the last minute', () => {
    const meter = createStepMeter();
    for (let second = 0; second <= 100; second++) meter.observe(second * 10, second);
    for (let second = 101; second <= 200; second++) meter.observe(1000 + (second - 100), second);
    expect(meter.rate()).toBeCloseTo(1, 5);
  });

  it('sinks while nothing is finished', () => {
    const meter = createStepMeter();
    meter.observe(0, 0);
    meter.observe(10, 1);
    meter.observe(10, 20);
    expect(meter.rate()).toBe(0.5);
  });
});

describe('a progress line', () => {
  it('shows bar, share, count, rate and time left', () => {
    expect(stepText(RUNNING, 14, 90, plainBar)).toBe(
      'stitching.fuse  [###################...........]   64 %  128/200 tasks  3.2/s  23 s left',
    );
  });

  it('says nothing of the time left where nothing was measured', () => {
    const text = stepText({ ...RUNNING, rate: undefined }, 14, 90, plainBar);
    expect(text).toContain('128/200 tasks');
    expect(text).not.toContain('left');
  });

  it.each([10, 30, 50, 60, 70, 79, 120])('is never wider than %d columns', (columns) => {
    expect(stepText(RUNNING, 14, columns, plainBar).length).toBeLessThanOrEqual(columns);
  });

  it('is full only when all is done', () => {
    const text = stepText({ ...RUNNING, tasks: 1000, done: 999 }, 14, 100, plainBar);
    expect(text).toContain(' 99 %');
    expect(text).toContain('#.]');
  });

  it('waits, plans and ends in words', () => {
    expect(stepText({ ...RUNNING, state: 'waiting', tasks: undefined }, 14, 80, plainBar)).toBe(
      'stitching.fuse  waiting',
    );
    expect(stepText({ ...RUNNING, tasks: undefined }, 14, 80, plainBar)).toBe('stitching.fuse  planning');
    expect(stepText({ ...RUNNING, state: 'done', done: 200, seconds: 61 }, 14, 80, plainBar)).toBe(
      'stitching.fuse  done in 1 min 01 s  200 tasks',
    );
    expect(stepText({ ...RUNNING, state: 'failed', failed: 3 }, 14, 80, plainBar)).toBe(
      'stitching.fuse  failed  200 tasks  3 failed',
    );
  });
});

const step = (done: number, state = 'running') => ({
  step: 'a.b',
  state,
  tasks: 10,
  done,
  failed: 0,
  accepted: 0,
});
const progress = (done: number, state?: string) => ({
  steps: [step(done, state)],
  moved: { bytesRead: 0, bytesWritten: 0 },
});

describe('the display', () => {
  it('rewrites its lines on a terminal', () => {
    const terminal = fakeTerminal({ isTerminal: true });
    let now = 0;
    const display = createProgressDisplay(terminal, { json: false }, () => now);
    display.show(progress(1));
    now = 1;
    display.show(progress(2));
    expect(terminal.written.err).toContain('\x1b[2A\x1b[2Ka.b');
    expect(terminal.written.out).toBe('');
  });

  it('does not repaint faster than anyone can read, but shows the end', () => {
    const terminal = fakeTerminal({ isTerminal: true });
    const display = createProgressDisplay(terminal, { json: false }, () => 0);
    for (let done = 0; done <= 10; done++) display.show(progress(done));
    expect(terminal.written.err).not.toContain('10/10');
    display.end();
    expect(terminal.written.err).toContain('10/10');
  });

  it('writes plain lines every few seconds where nobody watches, and each end once', () => {
    const terminal = fakeTerminal();
    let now = 0;
    const display = createProgressDisplay(terminal, { json: false }, () => now);
    for (now = 0; now < 12; now++) display.show(progress(now < 10 ? now : 10));
    display.show(progress(10, 'done'));
    display.show(progress(10, 'done'));
    const lines = terminal.written.err.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toBe('a.b  done  10 tasks');
    expect(terminal.written.err).not.toContain('\x1b');
  });

  it('writes one JSON object a line for programs', () => {
    const terminal = fakeTerminal();
    const display = createProgressDisplay(terminal, { json: true }, () => 0);
    display.show(progress(1));
    display.show(progress(2));
    display.show(progress(10, 'done'));
    const objects = terminal.written.out
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(objects.map((object) => object.steps[0].done)).toEqual([1, 10]);
    expect(terminal.written.err).toBe('');
  });
});
