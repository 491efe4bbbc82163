/**
 * Runs `work` on every item, at most `limit` at a time, taking items only as they are needed. The first failure ends
 * it: no further item is begun.
 */
export async function inParallel<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failed = false;
  const runner = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && !failed; next = iterator.next()) await work(next.value);
  };
  const stopOthers = (error: unknown): never => {
    failed = true;
    throw error;
  };
  await Promise.all(Array.from({ length: limit }, () => runner().catch(stopOthers)));
}
