import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LOG_EVENTS } from '../../shared/adapters/aws/metrics/metric-names.ts';
import { type AlarmSpec, alarmsOf } from '../../stacks/alarm-list.ts';

const deployment = { name: 'cloudreg-test', region: 'eu-west-1' };
const service = (name: string, seconds = 60) => ({
  name,
  steps: [{ id: `${name}.work`, needs: { seconds } }],
});
const alarms = (services = [service('stitching'), service('registration', 20_000)]) =>
  alarmsOf({ deployment, services, budgetDollars: 300 });
const named = (name: string): AlarmSpec | undefined =>
  alarms().find((alarm) => alarm.name === `cloudreg-test-${name}`);

/** Headings of the document with the text below each. */
function sections(): ReadonlyMap<string, string> {
  const parts = readFileSync('docs/operations.md', 'utf8').split(/^#+ /m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n'))]));
}

describe('alarms of a deployment', () => {
  it('watch the dead letters, the age and the standstill of every queue that there is', () => {
    for (const queue of ['plans', 'uploads', 'stitching', 'registration']) {
      expect(named(`${queue}-dead-letters`)).toMatchObject({ kind: 'metric', above: 0 });
      expect(named(`${queue}-oldest-message`)).toMatchObject({ kind: 'metric' });
    }
    for (const queue of ['stitching', 'registration'])
      expect(named(`${queue}-stalled`)).toMatchObject({ kind: 'expression' });
  });

  it('follow a service that is new', () => {
    const names = alarms([service('segmentation')]).map(({ name }) => name);
    for (const kind of ['dead-letters', 'oldest-message', 'stalled'])
      expect(names).toContain(`cloudreg-test-segmentation-${kind}`);
  });

  it('have names of their own, and each a meaning and what to do', () => {
    const all = alarms();
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { meaning, whatToDo } of all) {
      expect(meaning).toMatch(/^[A-Z0-9].{30,}\.$/s);
      expect(whatToDo.length).toBeGreaterThan(30);
    }
  });

  it('look back no further than CloudWatch does, and further for tasks that take hours', () => {
    for (const alarm of alarms()) {
      if (alarm.kind === 'budget') continue;
      expect(alarm.periodSeconds * alarm.periods).toBeLessThanOrEqual(86_400);
    }
    const periods = (name: string) => (named(name) as { periods: number }).periods;
    expect(periods('registration-stalled')).toBe(34);
    expect(periods('stitching-stalled')).toBe(3);
  });

  it('look for events of the log that there are', () => {
    const patterns = alarms().flatMap((alarm) => (alarm.kind === 'log' ? alarm.pattern : []));
    expect(patterns).toHaveLength(5);
    const events = Object.values(LOG_EVENTS).map((event) => `{ $.event = "${event}" }`);
    expect(events).toEqual(expect.arrayContaining(patterns));
  });

  it('are each explained in docs/operations.md, in the same words', () => {
    const found = sections();
    for (const { section, whatToDo } of alarms()) {
      const text = found.get(section);
      expect(text, `docs/operations.md has no section "${section}"`).toBeDefined();
      for (const [command] of whatToDo.matchAll(/cloudreg [a-z-]+/g)) expect(text).toContain(command);
    }
  });
});
