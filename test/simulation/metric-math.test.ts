import { expect, it } from 'vitest';
import { metricMath } from '../../bench/simulation/metric-math.ts';
import { backlogPerMachine, reasonsToWake, servicesBefore } from '../../shared/hosts/scaling.ts';

it('metric math binds as CloudWatch does', () => {
  expect(metricMath('1 + 2 * 3 - 4 / 2')({})).toBe(5);
  expect(metricMath('(1 + 2) * a')({ a: 3 })).toBe(9);
  expect(metricMath('8 - 2 - 1')({})).toBe(5);
  expect(metricMath('IF(1 + 1 < 3 AND 0 < 1, 7, 8)')({})).toBe(7);
  expect(metricMath('IF(FILL(a, 0) > 0, 1 / a, 0)')({})).toBe(0);
});

it('what is no metric math is refused', () => {
  expect(() => metricMath('a % 2')).toThrow('not metric math: a % 2');
  expect(() => metricMath('1 2')({})).toThrow('goes on after its end, with 2');
  expect(() => metricMath('MAX(a, 2)')({ a: 1 })).toThrow('no MAX here');
  expect(() => metricMath('(1 + 2')({})).toThrow('expects , or )');
});

it('a fleet wakes for its own messages, and for work of the services before it', () => {
  const wakes = metricMath(reasonsToWake(2));
  expect(wakes({})).toBe(0);
  expect(wakes({ waiting: 3 })).toBe(3);
  expect(wakes({ working2: 1 })).toBe(1);
  expect(wakes({ waiting: 3, working2: 1, machines: 1 })).toBe(0);
});

it('a fleet follows its own backlog, and keeps one machine while work is coming', () => {
  const load = metricMath(backlogPerMachine(1, 10));
  expect(load({ waiting: 50, working: 10 })).toBe(0);
  expect(load({ waiting: 50, working: 10, machines: 3 })).toBe(20);
  expect(load({ machines: 1 })).toBe(0);
  expect(load({ waiting1: 1, machines: 1 })).toBe(10);
  expect(load({ waiting: 50, waiting1: 1, machines: 1 })).toBe(50);
  expect(load({ waiting1: 1, machines: 500 })).toBe(10 / 500);
});

it('the services before one are those that its steps wait for, itself not among them', () => {
  const step = (id: string, ...waitsFor: string[]) => ({ id, service: id.split('.')[0]!, waitsFor });
  const steps = [step('a.one'), step('b.one', 'a.one'), step('b.two', 'b.one'), step('c.one', 'b.two')];
  expect(['a', 'b', 'c'].map((service) => servicesBefore(steps, service))).toEqual([[], ['a'], ['b']]);
});
