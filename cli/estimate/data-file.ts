/** The measured and the listed figures that an estimate rests on: small JSON files, each with its date. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type ZodType, z } from 'zod';
import { RefusedError } from '../errors.ts';

const DAYS_OF_A_YEAR = 365;
const MILLISECONDS_A_DAY = 86_400_000;

/** As `2026-11-21`. */
export const dateSchema = z.iso.date();

/** The path of a file that comes with the program. */
export const ownFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** `what`: for messages, for example `--prices`. Refused where it cannot be used. */
export async function readDataFile<T>(what: string, path: string, schema: ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(parseJson(what, path, await readText(what, path)));
  if (parsed.success) return parsed.data;
  throw new RefusedError(
    `${what} ${path} is not as expected:\n${z.prettifyError(parsed.error)}\nCompare it with ${ownFile('prices.json')}.`,
  );
}

/** Above a year figures may be far off; undefined for younger ones. */
export function ageWarning(what: string, date: string, nowMilliseconds: number): string | undefined {
  const days = Math.floor((nowMilliseconds - Date.parse(date)) / MILLISECONDS_A_DAY);
  return days > DAYS_OF_A_YEAR
    ? `${what} are of ${date}, ${days} days old: they may have changed.`
    : undefined;
}

async function readText(what: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new RefusedError(`${what} ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function parseJson(what: string, path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RefusedError(`${what} ${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
