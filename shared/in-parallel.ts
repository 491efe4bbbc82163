/**
 * Runs `work` on every item, at most `limit` at a time, taking items only as they are needed; results in the order of
 * the items. After a failure no further item is begun; the first is thrown when nothing is under way any more.
 */
export async function inParallel<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const iterator = items[Symbol.iterator]();
  const results: Result[] = [];
  let begun = 0;
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && !failure; next = iterator.next()) {
      const index = begun++;
      results[index] = await work(next.value);
    }
  };
  const keepFirst = (error: unknown): void => {
    failure ??= { error };
  };
  await Promise.all(Array.from({ length: limit }, () => lane().catch(keepFirst)));
  if (failure !== undefined) throw failure.error;
  return results;
}
