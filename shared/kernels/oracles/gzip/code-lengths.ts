/** Huffman code lengths of at most `limit` bits; 0 for what does not occur. */
export function codeLengths(counts: readonly number[], limit: number): number[] {
  const lengths = counts.map(() => 0);
  const used = counts.map((count, symbol) => ({ count, symbol })).filter(({ count }) => count > 0);
  used.sort((a, b) => a.count - b.count || a.symbol - b.symbol);
  if (used.length === 1) lengths[used[0]!.symbol] = 1;
  if (used.length < 2) return lengths;
  const leaves = shorten(leavesPerDepth(used, limit), limit);
  for (let length = 1; length <= limit; length++)
    for (let left = leaves[length]!; left > 0; left--) lengths[used.pop()!.symbol] = length;
  return lengths;
}

interface Node {
  readonly count: number;
  readonly children: readonly Node[];
}

/** Joins the two rarest until one is left, of equals the leaf first; what lies deeper than `limit` counts there. */
function leavesPerDepth(sorted: readonly { count: number }[], limit: number): number[] {
  const leaves: Node[] = sorted.map(({ count }) => ({ count, children: [] }));
  const joined: Node[] = [];
  const rarest = (): Node =>
    (leaves[0]?.count ?? Infinity) <= (joined[0]?.count ?? Infinity) ? leaves.shift()! : joined.shift()!;
  for (let joins = sorted.length - 1; joins > 0; joins--) {
    const children = [rarest(), rarest()];
    joined.push({ count: children[0]!.count + children[1]!.count, children });
  }
  const depths = Array.from({ length: limit + 1 }, () => 0);
  for (let depth = 0, level = joined; level.length > 0; depth++) {
    depths[Math.min(depth, limit)]! += level.filter(({ children }) => children.length === 0).length;
    level = level.flatMap(({ children }) => children);
  }
  return depths;
}

/** Where there are more leaves than codes: the deepest leaf above the limit makes room for one of those at it. */
function shorten(leaves: number[], limit: number): number[] {
  const room = 2 ** limit;
  const taken = () =>
    leaves.reduce((sum, count, length) => sum + (length && count * 2 ** (limit - length)), 0);
  while (taken() > room) {
    const length = leaves.findLastIndex((count, depth) => depth < limit && count > 0);
    leaves[limit]! -= 1;
    leaves[length]! -= 1;
    leaves[length + 1]! += 2;
  }
  return leaves;
}

/** Canonical codes (RFC 1951 section 3.2.2), their bits reversed: the first bit is written first. */
export function canonicalCodes(lengths: readonly number[]): number[] {
  const codes = lengths.map(() => 0);
  let code = 0;
  for (let length = 1; length <= 15; length++, code *= 2)
    for (const [symbol, of] of lengths.entries()) if (of === length) codes[symbol] = reversed(code++, length);
  return codes;
}

const reversed = (code: number, length: number): number =>
  Number.parseInt([...code.toString(2).padStart(length, '0')].reverse().join(''), 2);
