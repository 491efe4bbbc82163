/** A parameter's schema in words, for `--help` and for messages about wrong values. */
import { type ZodType, z } from 'zod';

interface Shape {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly description?: string;
  readonly anyOf?: readonly Shape[];
  readonly prefixItems?: readonly Shape[];
  readonly items?: Shape | boolean;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

/** For example `"auto", or a whole number from 1 to 20`. */
export const expectedOf = (schema: ZodType): string =>
  words(z.toJSONSchema(schema, { io: 'input' }) as Shape);

function words(shape: Shape): string {
  if (shape.const !== undefined) return JSON.stringify(shape.const);
  if (shape.enum) return shape.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (shape.anyOf) return [...new Set(shape.anyOf.map(words))].join(', or ');
  if (shape.prefixItems) return tupleWords(shape.prefixItems);
  if (shape.type === 'array') return `a list of ${plural(shape.items)} separated by commas`;
  if (shape.type === 'boolean') return 'true or false';
  if (shape.type === 'integer' || shape.type === 'number') return numberWords(shape);
  return shape.description ?? 'text';
}

function tupleWords(items: readonly Shape[]): string {
  const each = items.map(words);
  const same = each.every((text) => text === each[0]);
  const what = same ? `, each ${each[0]}` : `: ${each.map((text) => text.replace(', or ', '|')).join(',')}`;
  return `${items.length} values separated by commas${what}`;
}

function numberWords(shape: Shape): string {
  const kind = shape.type === 'integer' ? 'a whole number' : 'a number';
  if (shape.exclusiveMinimum === 0 && isOpenAbove(shape)) return `${kind} above 0`;
  if (shape.minimum === undefined) return kind;
  return isOpenAbove(shape)
    ? `${kind} from ${shape.minimum}`
    : `${kind} from ${shape.minimum} to ${shape.maximum}`;
}

const isOpenAbove = (shape: Shape): boolean =>
  shape.maximum === undefined || shape.maximum === Number.MAX_SAFE_INTEGER;

const NOUNS: Readonly<Record<string, string>> = { integer: 'whole numbers', number: 'numbers' };

const plural = (items: Shape | boolean | undefined): string =>
  (typeof items === 'object' && NOUNS[items.type ?? '']) || 'values';
