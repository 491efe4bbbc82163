/** The `Range` header (RFC 9110 §14), of which Neuroglancer uses one range at a time. */
import type { ByteRange } from '../../../shared/engine/ports.ts';

const RANGE = /^bytes=(\d*)-(\d*)$/;

/**
 * The bytes that a header asks for of an object of `size` bytes; `whole` where there is no header or one that we may
 * ignore (several ranges, another unit), undefined where nothing of it lies inside (416).
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'whole' | undefined {
  const [, first = '', last = ''] = RANGE.exec(header ?? '') ?? [];
  if (first === '' && last === '') return 'whole';
  const range =
    first === ''
      ? { start: Math.max(0, size - Number(last)), end: size }
      : { start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1) };
  return range.start < range.end ? range : undefined;
}
