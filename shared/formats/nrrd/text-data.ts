/** NRRD data written as text: numbers (ascii) or pairs of hexadecimal digits. */
import { type ArrayFile, ArrayFileError, gatherBytes } from '../array-file.ts';
import { type ElementArray, elementBytes, elementsFrom, makeElements } from '../elements.ts';
import type { NrrdHeader } from './header.ts';

export async function elementsFromText(
  file: ArrayFile,
  start: number,
  { encoding, type, littleEndian }: NrrdHeader,
  count: number,
): Promise<ElementArray> {
  const bytes = await gatherBytes(file.name, file.stream(start), 0, file.sizeBytes - start);
  const text = Buffer.from(bytes.buffer).toString('latin1');
  if (encoding === 'hex') {
    const digits = text.replace(/\s+/g, '').slice(0, 2 * count * elementBytes(type));
    const decoded = new Uint8Array(Buffer.from(digits, 'hex'));
    expectCount(file.name, decoded.length / elementBytes(type), count);
    return elementsFrom(decoded, type, littleEndian);
  }
  const data = makeElements(type, count);
  let found = 0;
  for (const [word] of text.matchAll(/[^\s,]+/g)) {
    if (found === count) break;
    data[found++] = type.endsWith('int64') ? BigInt(word) : Number(word);
  }
  expectCount(file.name, found, count);
  return data;
}

function expectCount(file: string, found: number, count: number): void {
  if (found < count) throw new ArrayFileError(file, `its data end after ${found} numbers, expected ${count}`);
}
