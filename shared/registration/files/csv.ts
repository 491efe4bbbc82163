/** Tables as CSV: commas, cells quoted where they must be, quotes doubled in them; a row is a line. */

/** Lines without any character but spaces are left out. */
export const csvRows = (text: string): string[][] =>
  text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map(csvCells);

/** Of one line. */
export function csvCells(line: string): string[] {
  const cells: string[] = [];
  const cell = /"((?:[^"]|"")*)"|[^,]*/y;
  for (let at = 0; at <= line.length; at = cell.lastIndex + 1) {
    cell.lastIndex = at;
    const [plain, quoted] = cell.exec(line)!;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
  }
  return cells;
}

export const csvCell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
