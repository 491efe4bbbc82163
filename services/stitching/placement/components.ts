/** Groups of tiles joined by links. */

/** Number of each tile's group, counted from 0 in the order of their first tiles. */
export function components(
  tileCount: number,
  links: Iterable<{ readonly a: number; readonly b: number }>,
): Int32Array {
  const parents = Int32Array.from({ length: tileCount }, (_, i) => i);
  for (const { a, b } of links) {
    const [rootA, rootB] = [rootOf(parents, a), rootOf(parents, b)];
    parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }
  const numbers = new Map<number, number>();
  return parents.map((_, tile) => {
    const root = rootOf(parents, tile);
    if (!numbers.has(root)) numbers.set(root, numbers.size);
    return numbers.get(root)!;
  });
}

function rootOf(parents: Int32Array, tile: number): number {
  let root = tile;
  while (parents[root] !== root) {
    // Halves the path, so that long chains are walked once.
    parents[root] = parents[parents[root]!]!;
    root = parents[root]!;
  }
  return root;
}
