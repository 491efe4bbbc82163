/**
 * Runs `work` on every item, at most `limit` at a time, taking items only as they are needed; results in the order of
 * the items. The first failure ends it: no further item is begun.
 */
export async function inParallel<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const iterator = items[Symbol.iterator]();
  const results: Result[] = [];
  let begun = 0;
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && !failed; next = iterator.next()) {
      const index = begun++;
      results[index] = await work(next.value);
    }
  };
  const stopOthers = (error: unknown): never => {
    failed = true;
    throw error;
  };
  await Promise.all(Array.from({ length: limit }, () => lane().catch(stopOthers)));
  return results;
}
