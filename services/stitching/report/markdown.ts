/** Pieces of Markdown. */
import { REPORT_FOLDER } from '../../../shared/acquisition/quality-report.ts';

/** More rows than anyone reads; `report.json` has them all. */
const MOST_ROWS = 400;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const shown = rows.slice(0, MOST_ROWS).map(line);
  const left = rows.length - shown.length;
  return [
    line(head),
    line(head.map(() => '---')),
    ...shown,
    ...(left > 0 ? ['', `And ${left} more, in [report.json](report.json).`] : []),
    '',
  ];
}

/** `key`: of a PNG in the report's folder. */
export const image = (key: string, words: string): string[] => [
  `![${words}](${key.slice(REPORT_FOLDER.length)})`,
  '',
];

export const paragraph = (...words: readonly string[]): string[] => [words.join(' '), ''];

export const list = (items: readonly string[]): string[] =>
  items.length === 0 ? [] : [...items.map((item) => ` - ${item}`), ''];
