/** Undoes the predictors of TIFF and turns samples into this machine's byte order, in place, row by row. */
import { endianness } from 'node:os';
import type { ElementType } from '../elements.ts';
import { elementBytes, elementsFrom, swapToHost } from '../elements.ts';

export interface SampleRows {
  readonly type: ElementType;
  readonly littleEndian: boolean;
  /** 1: none, 2: differences between neighbours, 3: of floats, byte by byte. */
  readonly predictor: number;
  /** Samples of a row. */
  readonly width: number;
}

export function undoPredictor(bytes: Uint8Array<ArrayBuffer>, rows: SampleRows): void {
  if (rows.predictor === 3) {
    undoFloatPredictor(bytes, rows);
    return;
  }
  swapToHost(bytes, rows.type, rows.littleEndian);
  if (rows.predictor === 2) addUp(bytes, rows);
}

/** Differences wrap around within the sample's bits, also those of floats. */
function addUp(bytes: Uint8Array<ArrayBuffer>, { type, width }: SampleRows): void {
  const bits = 8 * elementBytes(type);
  const samples = elementsFrom(bytes, `uint${bits}` as ElementType, endianness() === 'LE');
  for (let row = 0; row < samples.length; row += width)
    for (let i = row + 1; i < row + width; i++)
      (samples as Uint8Array)[i] = (samples as Uint8Array)[i]! + (samples as Uint8Array)[i - 1]!;
}

/** The highest bytes of a row's floats come first, then the next, each the difference to its neighbour. */
function undoFloatPredictor(bytes: Uint8Array<ArrayBuffer>, { type, width }: SampleRows): void {
  const size = elementBytes(type);
  const rowBytes = width * size;
  const isLittle = endianness() === 'LE';
  const planes = new Uint8Array(rowBytes);
  for (let start = 0; start < bytes.length; start += rowBytes) {
    const row = bytes.subarray(start, start + rowBytes);
    for (let i = 1; i < rowBytes; i++) row[i] = row[i]! + row[i - 1]!;
    planes.set(row);
    for (let i = 0; i < width; i++)
      for (let byte = 0; byte < size; byte++)
        row[i * size + (isLittle ? size - 1 - byte : byte)] = planes[byte * width + i]!;
  }
}
