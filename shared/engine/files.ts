/** Reading and writing the JSON files through which steps talk. */
import { z } from 'zod';
import { StepInputError } from './errors.ts';
import type { ObjectStore } from './ports.ts';
import type { JsonObject } from './records.ts';
import type { AnyStep, Inputs, StepFile } from './step.ts';

export async function readFile<T>(store: ObjectStore, file: StepFile<T>): Promise<T> {
  const value = await readFileIfPresent(store, file);
  if (value === undefined) throw new StepInputError(file.key, 'not there');
  return value;
}

export async function readFileIfPresent<T>(store: ObjectStore, file: StepFile<T>): Promise<T | undefined> {
  const object = await store.get(file.key);
  if (object === undefined) return undefined;
  const parsed = file.schema.safeParse(parseJson(file.key, object.bytes));
  if (!parsed.success) throw new StepInputError(file.key, z.prettifyError(parsed.error));
  return parsed.data;
}

export async function writeFile<T>(store: ObjectStore, file: StepFile<T>, value: T): Promise<void> {
  const body = new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);
  await store.put(file.key, body, { contentType: 'application/json' });
}

/** Everything a step reads, and the job's parameters. */
export async function readInputs<Parameters>(
  step: AnyStep<Parameters>,
  store: ObjectStore,
  parameters: Parameters,
): Promise<Inputs<Parameters, Record<string, StepFile<unknown>>>> {
  const reads = Object.entries(step.reads as Record<string, StepFile<unknown>>);
  const values = await Promise.all(
    reads.map(async ([name, file]) => [
      name,
      await (file.isOptional ? readFileIfPresent(store, file) : readFile(store, file)),
    ]),
  );
  return { ...Object.fromEntries(values), parameters };
}

function parseJson(key: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new StepInputError(key, `not JSON (${(cause as Error).message})`);
  }
}

/** JSON with sorted keys and no spaces: equal values give equal bytes, so it can be hashed. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
