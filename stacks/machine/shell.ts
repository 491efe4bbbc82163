/** Pieces of shell text. */

/** One word, whatever is in it. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const END = 'END_OF_FILE';

/** Writes a file as it stands here: nothing in it is expanded. */
export function writeFile(path: string, text: string): string {
  if (text.split('\n').includes(END)) throw new Error(`A line of ${path} is ${END}, which ends the text.`);
  return `cat > ${shellWord(path)} <<'${END}'\n${text.trimEnd()}\n${END}`;
}
