/** The order of a series' files, and what seems to be missing in it. */

/** Numbers in names count as numbers: `s2` comes before `s10`. The same order on every machine. */
export function byNumbers(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareParts(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  return left.length - right.length || compare(a, b);
}

/** Text and digits in turn, text first. */
const partsOf = (name: string): string[] => name.split(/(\d+)/);

function compareParts(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return compare(a, b);
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || compare(left, right);
}

const compare = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** Named in a warning; of more, the number is told. */
const MOST_NAMED = 10;

/**
 * Names that the numbering leaves out, as one sentence; `names` in their order. The number that counts is the last that
 * changes; its usual step is the one met most often. Undefined where nothing is missing, or names follow no pattern.
 */
export function gapWarning(names: readonly string[]): string | undefined {
  const parts = names.map(partsOf);
  const column = countingColumn(parts);
  if (column === undefined) return undefined;
  const numbers = parts.map((name) => Number(name[column]));
  const step = usualStep(numbers);
  if (step === undefined) return undefined;
  const missing: string[] = [];
  let count = 0;
  for (let i = 1; i < numbers.length; i++)
    for (let number = numbers[i - 1]! + step; number < numbers[i]!; number += step) {
      count += 1;
      if (missing.length < MOST_NAMED) missing.push(nameWith(parts[i]!, column, number));
      else {
        // A jump may be of any length.
        count += Math.max(0, Math.ceil((numbers[i]! - number) / step) - 1);
        break;
      }
    }
  if (count === 0) return undefined;
  const more = count > missing.length ? ` and ${count - missing.length} more` : '';
  return `${count} of the series' files seem to be missing, between ${names[0]} and ${names.at(-1)}: ${missing.join(', ')}${more}. The planes on either side are taken as neighbours.`;
}

function countingColumn(parts: readonly (readonly string[])[]): number | undefined {
  const [first] = parts;
  if (first === undefined || parts.some((name) => name.length !== first.length)) return undefined;
  const changes = (column: number) => parts.some((name) => name[column] !== first[column]);
  for (let column = first.length - 1; column > 0; column--)
    if (changes(column)) return column % 2 === 1 ? column : undefined;
  return undefined;
}

function usualStep(numbers: readonly number[]): number | undefined {
  const met = new Map<number, number>();
  for (let i = 1; i < numbers.length; i++) {
    const step = numbers[i]! - numbers[i - 1]!;
    met.set(step, (met.get(step) ?? 0) + 1);
  }
  const [usual] = [...met].sort(([a, many], [b, more]) => more - many || a - b)[0] ?? [0];
  return usual > 0 && Number.isSafeInteger(numbers.at(-1)) ? usual : undefined;
}

function nameWith(parts: readonly string[], column: number, number: number): string {
  const width = parts[column]!.startsWith('0') ? parts[column]!.length : 0;
  const digits = String(number).padStart(width, '0');
  return [...parts.slice(0, column), digits, ...parts.slice(column + 1)].join('');
}
