import { describe, expect, it } from 'vitest';
import { jobParameters } from '../../services/parameters.ts';
import { pipeline } from '../../services/pipeline.ts';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { readInputs } from '../../shared/engine/files.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { type AnyStep, type StepFile, stepId } from '../../shared/engine/step.ts';
import { runStep } from './run-step.ts';
import { texturedColm } from './stitching/textured-colm.ts';

const { steps } = pipeline;
const ids = steps.map(stepId);
const named = (id: string) => steps.find((step) => stepId(step) === id)!;

/** The step and all that are done before it begins. */
function doneBefore(step: AnyStep<never>): Set<string> {
  const before = step.waitsFor.flatMap((id) => [...doneBefore(named(id) as AnyStep<never>)]);
  return new Set([stepId(step), ...before]);
}

describe('the list of steps', () => {
  it('names each step once', () => {
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z-]+\.[a-z-]+$/);
  });

  it('has every step after those that it waits for, so that none waits for itself', () => {
    for (const [place, step] of steps.entries())
      for (const id of step.waitsFor) {
        expect(ids, `${stepId(step)} waits for it`).toContain(id);
        expect(ids.indexOf(id), `${stepId(step)} waits for ${id}`).toBeLessThan(place);
      }
  });
});

/** Keys that a step reads (a folder that it lists ends in *) and writes. */
interface Traffic {
  readonly reads: Set<string>;
  readonly writes: Set<string>;
}

function watched(store: ObjectStore): Traffic & { readonly store: ObjectStore } {
  const reads = new Set<string>();
  const writes = new Set<string>();
  const reading =
    <Rest extends readonly unknown[], Result>(read: (key: string, ...rest: Rest) => Result) =>
    (key: string, ...rest: Rest): Result => {
      reads.add(key);
      return read(key, ...rest);
    };
  return {
    reads,
    writes,
    store: {
      ...store,
      get: reading(store.get),
      head: reading(store.head),
      getRanges: reading(store.getRanges),
      getRows: reading(store.getRows),
      list: (prefix, ...rest) => {
        reads.add(`${prefix}*`);
        return store.list(prefix, ...rest);
      },
      put: (key, ...rest) => {
        writes.add(key);
        return store.put(key, ...rest);
      },
    },
  };
}

/** Runs all steps over a small acquisition and notes what each did with the job's store. */
async function trafficOfAll(): Promise<Map<string, Traffic>> {
  const colm = await texturedColm({ channels: [0, 1], tileSize: [64, 56, 10], jitter: [2, 2, 1] });
  const store = memoryStore();
  const parameters = { chunkSize: [32, 32, 8] as [number, number, number] };
  const traffic = new Map<string, Traffic>();
  for (const step of steps) {
    const seen = watched(store);
    const inputs = await readInputs(step, seen.store, jobParameters.parse(parameters));
    await runStep(step, { source: colm.source, store: seen.store, files: [], inputs, parameters });
    traffic.set(stepId(step), seen);
  }
  return traffic;
}

describe('a step of a whole run', () => {
  const running = trafficOfAll();

  it('reads nothing but its own files and those of steps that are done before it begins', async () => {
    const traffic = await running;
    for (const step of steps) {
      const before = doneBefore(step as AnyStep<never>);
      for (const key of traffic.get(stepId(step))!.reads) {
        const isRead = (written: string): boolean =>
          key.endsWith('*') ? written.startsWith(key.slice(0, -1)) : written === key;
        const writers = ids.filter((id) => [...traffic.get(id)!.writes].some(isRead));
        for (const writer of writers) expect([...before], `${stepId(step)} reads ${key}`).toContain(writer);
      }
    }
  });

  it('writes what no other step writes', async () => {
    const traffic = await running;
    const writers = new Map<string, string>();
    for (const id of ids)
      for (const key of traffic.get(id)!.writes) {
        expect(writers.get(key) ?? id, key).toBe(id);
        writers.set(key, id);
      }
    expect(writers.size).toBeGreaterThan(ids.length);
  });

  it('is declared to read only what some step writes', async () => {
    const traffic = await running;
    const written = new Set([...traffic.values()].flatMap(({ writes }) => [...writes]));
    // What need not be there may be of a job that begins with a volume.
    for (const step of steps)
      for (const { key, isOptional } of Object.values(step.reads as Record<string, StepFile<unknown>>))
        if (!isOptional) expect(written, `${stepId(step)} reads it`).toContain(key);
  });
});
