/** The table: its parts, and their lines of what was measured and what it may be. */
import type { JudgedPair } from './judge-placement.ts';

/** Chosen by name; adds the pairs that it judged to `pairs`. */
export interface Part {
  readonly name: string;
  readonly about: string;
  figures(pairs: JudgedPair[]): Promise<readonly Figure[]>;
}

export interface Figure {
  readonly what: string;
  readonly measured: string;
  readonly bound: string;
  readonly held: boolean;
}

export type Print = (text: string) => void;

export function printFigure(print: Print, { what, measured, bound, held }: Figure): void {
  print(`    ${what.padEnd(54)}${measured.padEnd(30)} ${bound.padEnd(34)} ${held ? 'held' : 'missed'}`);
}

export const atMost = (what: string, value: number, bound: number, digits: number): Figure => ({
  what,
  measured: value.toFixed(digits),
  bound: `<= ${bound}`,
  held: value <= bound,
});

export const atLeast = (what: string, value: number, bound: number, digits: number): Figure => ({
  what,
  measured: value.toFixed(digits),
  bound: `>= ${bound}`,
  held: value >= bound,
});

export const threeNumbers = (values: readonly number[], digits: number): string =>
  values.map((value) => value.toFixed(digits)).join(' ');
