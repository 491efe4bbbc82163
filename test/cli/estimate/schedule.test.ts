import { describe, expect, it } from 'vitest';
import { machineFor, slotsOf } from '../../../cli/estimate/fleet.ts';
import { readPrices } from '../../../cli/estimate/prices.ts';
import { schedule } from '../../../cli/estimate/schedule.ts';
import type { StepEstimate } from '../../../cli/estimate/step-estimate.ts';

const { machines } = await readPrices();

/** `tasks` tasks of `seconds` each on one thread and little memory. */
function step(name: string, tasks: number, seconds: number, waitsFor: readonly string[] = []): StepEstimate {
  const needs = { memoryMiB: 100, threads: 1, seconds };
  return {
    ...{ step: name, service: name, waitsFor, tasks, needs, units: tasks, unit: 'tile', isMeasured: true },
    passes: [{ tasks, seconds: tasks * seconds, longestTaskSeconds: seconds }],
    seconds: tasks * seconds,
    ...{ bytesRead: 0, bytesWritten: 0, s3Gets: 0, s3Puts: 0 },
  };
}

describe('a schedule', () => {
  it('is the longest chain of steps, with a boot for each fleet', () => {
    const steps = [step('a', 1, 100), step('b', 1, 30, ['a']), step('c', 1, 500, ['a'])];
    expect(schedule(steps, {}, machines).wallSeconds).toBe(100 + 500 + 2 * 120);
  });

  it('never ends before its longest task, however many machines there are', () => {
    const many = schedule([step('a', 1000, 10)], { a: 1000 }, machines);
    expect(many.wallSeconds).toBe(120 + 10);
    expect(many.services[0]).toMatchObject({ service: 'a', machines: 250 });
  });

  it('passes over what has no tasks', () => {
    expect(schedule([step('a', 0, 10)], {}, machines)).toEqual({ wallSeconds: 0, services: [] });
  });
});

describe('the machine of a service', () => {
  it('has memory for a task on every thread where that is cheapest', () => {
    expect(machineFor({ threads: 1, memoryMiB: 500 }, machines).type).toBe('c6a.xlarge');
    expect(machineFor({ threads: 1, memoryMiB: 6000 }, machines).type).toMatch(/^r6a/);
  });

  it('is the one with the most memory where a task fits nowhere, and takes it alone', () => {
    const huge = { threads: 1, memoryMiB: 1e6 };
    const machine = machineFor(huge, machines);
    expect(machine.memoryMiB).toBe(131072);
    expect(slotsOf(machine, huge)).toBe(1);
  });
});
