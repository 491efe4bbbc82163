/** The job's parameters as flags and as `--config` file: both follow from the one schema in services/parameters.ts. */
import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { ZodType } from 'zod';
import { conversionParameters, conversionSchema } from '../services/conversion-parameters.ts';
import { type JobParameters, jobParameters } from '../services/parameters.ts';
import { RefusedError } from './errors.ts';
import { expectedOf } from './expected.ts';
import { nearest } from './suggestion.ts';

type Schemas = Readonly<Record<string, ZodType>>;

// A conversion's own are flags of `convert`.
const { conversion: _, ...schemas }: Schemas = jobParameters.shape;

/** `chunkSize` is `--chunk-size`. */
const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const isSwitch = (schema: ZodType): boolean => expectedOf(schema) === 'true or false';

/** `names`: those that mean something to the command; all where absent. */
export function addParameterFlags(command: Command, names: readonly string[] = Object.keys(schemas)): void {
  for (const name of names) addFlag(command, name, schemas[name]!);
  command.option(
    '--config <file>',
    'JSON file with the same parameters, for example {"chunkSize": [64, 64, 64]}',
  );
}

export function addConversionFlags(command: Command): void {
  for (const [name, schema] of Object.entries(conversionParameters)) addFlag(command, name, schema);
}

function addFlag(command: Command, name: string, schema: ZodType): void {
  const flags = isSwitch(schema) ? flagOf(name) : `${flagOf(name)} <value>`;
  const preset = isSwitch(schema) ? '' : ` (default: ${textOf(schema.parse(undefined))})`;
  command.addOption(new Option(flags, `${schema.description ?? ''}${preset}`));
}

type Options = Readonly<Record<string, unknown>>;

/** Flags win over the file, the file over defaults. */
export async function readParameters(options: Options): Promise<JobParameters> {
  return jobParameters.parse(await given(schemas, options));
}

/** Of a conversion: its own parameters, and of a job's those called `names`. */
export async function readConversionJob(options: Options, names: readonly string[]) {
  const ofJob = Object.fromEntries(names.map((name) => [name, schemas[name]!]));
  const all = Object.entries(await given({ ...ofJob, ...conversionParameters }, options));
  const pick = (known: Schemas) => Object.fromEntries(all.filter(([name]) => name in known));
  const conversion = conversionSchema.parse(pick(conversionParameters));
  return { ...jobParameters.parse(pick(ofJob)), conversion };
}

async function given(known: Schemas, options: Options): Promise<Record<string, unknown>> {
  const fromFile = typeof options.config === 'string' ? await readConfig(options.config, known) : {};
  return { ...fromFile, ...givenFlags(known, options) };
}

const givenFlags = (known: Schemas, options: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(known)
      .filter(([name]) => options[name] !== undefined)
      .map(([name, schema]) => [name, flagValue(name, schema, options[name])]),
  );

function flagValue(name: string, schema: ZodType, given: unknown): unknown {
  if (typeof given !== 'string') return given;
  for (const candidate of readings(given)) {
    const parsed = schema.safeParse(candidate);
    if (parsed.success) return parsed.data;
  }
  throw new RefusedError(`${flagOf(name)} is "${given}"; expected ${expectedOf(schema)}.`);
}

/** What a text may mean: a word or number, a list of them, or itself (a path may hold commas, or digits only). */
function readings(text: string): unknown[] {
  const list = text.split(',').map(scalar);
  return list.length === 1 ? [list[0], list, text] : [list, text];
}

function scalar(text: string): string | number {
  const trimmed = text.trim();
  return /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
}

async function readConfig(path: string, known: Schemas): Promise<Record<string, unknown>> {
  const value = parseConfig(path, await readConfigText(path));
  for (const [name, found] of Object.entries(value)) checkConfigValue(path, name, found, known);
  return value;
}

async function readConfigText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new RefusedError(`--config ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function parseConfig(path: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RefusedError(`--config ${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new RefusedError(`--config ${path} must hold a JSON object such as {"chunkSize": [64, 64, 64]}.`);
  return value as Record<string, unknown>;
}

function checkConfigValue(path: string, name: string, given: unknown, known: Schemas): void {
  const schema = known[name];
  if (!schema) {
    const meant = nearest(name, Object.keys(known));
    const hint = meant ? `did you mean "${meant}"?` : `known are ${Object.keys(known).join(', ')}.`;
    throw new RefusedError(`"${name}" in ${path} is no parameter; ${hint}`);
  }
  if (!schema.safeParse(given).success)
    throw new RefusedError(
      `"${name}" in ${path} is ${JSON.stringify(given)}; expected ${expectedOf(schema)} (lists as JSON arrays).`,
    );
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value));

/** Parameters as they would be typed, for `--dry-run` and messages. */
export const parameterLines = (parameters: JobParameters): string[] =>
  Object.entries(parameters).map(([name, value]) => `${flagOf(name)} ${textOf(value)}`);
