/** Attribute values, both ways. An item comes from the table that only this program writes: what is wrong is said, not mended. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { ChildSets } from '../../../engine/records.ts';

export type Attributes = Record<string, AttributeValue>;

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });
export const flag = (value: boolean): AttributeValue => ({ BOOL: value });
/** Sets have at least one member: DynamoDB knows no empty set. */
export const numberSet = (members: readonly number[]): AttributeValue => ({ NS: members.map(String) });
export const textSet = (members: readonly string[]): AttributeValue => ({ SS: [...members] });

export function readText(item: Attributes, name: string): string {
  return item[name]?.S ?? wrong(item, name, 'a text');
}

export function readNumber(item: Attributes, name: string): number {
  const value = Number(item[name]?.N);
  return Number.isFinite(value) ? value : wrong(item, name, 'a number');
}

/** An absent flag is false. */
export const readFlag = (item: Attributes, name: string): boolean => item[name]?.BOOL ?? false;
export const readNumberSet = (item: Attributes, name: string): ReadonlySet<number> =>
  new Set((item[name]?.NS ?? []).map(Number));
export const readTextSet = (item: Attributes, name: string): ReadonlySet<string> =>
  new Set(item[name]?.SS ?? []);

export function readJson<Value>(item: Attributes, name: string): Value {
  const json = readText(item, name);
  try {
    return JSON.parse(json);
  } catch {
    return wrong(item, name, 'JSON');
  }
}

export const readChildSets = (item: Attributes): ChildSets => ({
  done: readNumberSet(item, 'done'),
  failed: readNumberSet(item, 'failed'),
  accepted: readNumberSet(item, 'accepted'),
});

function wrong(item: Attributes, name: string, expected: string): never {
  const found = JSON.stringify(item[name]) ?? 'nothing';
  throw new Error(
    `the item ${item.pk?.S} / ${item.sk?.S} holds ${found} as "${name}", expected ${expected}: ` +
      'it was written by something else than this program; remove the item, then resume the job',
  );
}
