/** As much of CloudWatch's metric math as fleets are scaled by: numbers, metrics, `+ - * /`, `< >`, `AND`, `IF` and `FILL`. */

/** A function of the metrics' values, by their ids. */
export function metricMath(text: string): (metrics: Readonly<Record<string, number>>) => number {
  const tokens = text.match(/[A-Za-z]\w*|\d+(?:\.\d+)?|[-+*/<>(),]/g) ?? [];
  if (tokens.join('') !== text.replaceAll(/\s/g, '')) throw new Error(`not metric math: ${text}`);
  return (metrics) => {
    const rest = [...tokens];
    const value = evaluate(rest, 0, metrics);
    if (rest.length > 0) throw new Error(`metric math goes on after its end, with ${rest[0]}: ${text}`);
    return value;
  };
}

type Operator = (a: number, b: number) => number;

/** Those of a later line bind closer. */
const OPERATORS: readonly Readonly<Record<string, Operator>>[] = [
  { AND: (a, b) => Number(a !== 0 && b !== 0) },
  { '<': (a, b) => Number(a < b), '>': (a, b) => Number(a > b) },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b },
];

/** Takes its tokens from the front. */
function evaluate(rest: string[], level: number, metrics: Readonly<Record<string, number>>): number {
  const operators = OPERATORS[level];
  if (operators === undefined) return termOf(rest, metrics);
  let value = evaluate(rest, level + 1, metrics);
  for (;;) {
    const operator = operators[rest[0] ?? ''];
    if (operator === undefined) return value;
    rest.shift();
    value = operator(value, evaluate(rest, level + 1, metrics));
  }
}

function termOf(rest: string[], metrics: Readonly<Record<string, number>>): number {
  const token = rest.shift() ?? '';
  if (/^\d/.test(token)) return Number(token);
  if (token === '(') return argumentsOf(rest, metrics)[0]!;
  if (rest[0] === '(') {
    rest.shift();
    const [first = Number.NaN, second = Number.NaN, third = Number.NaN] = argumentsOf(rest, metrics);
    if (token === 'IF') return first === 0 ? third : second;
    if (token === 'FILL') return Number.isNaN(first) ? second : first;
    throw new Error(`metric math has no ${token} here`);
  }
  // A metric without a figure.
  return metrics[token] ?? Number.NaN;
}

/** Up to their closing bracket. */
function argumentsOf(rest: string[], metrics: Readonly<Record<string, number>>): number[] {
  const values: number[] = [];
  for (;;) {
    values.push(evaluate(rest, 0, metrics));
    const end = rest.shift();
    if (end === ')') return values;
    if (end !== ',') throw new Error(`metric math expects , or ) in place of ${end}`);
  }
}
