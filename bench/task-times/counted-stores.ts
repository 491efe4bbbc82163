/** Stores that count their requests and bytes. */
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { countReads, countWrites } from '../../shared/hosts/counting-store.ts';

export interface Moved {
  sourceBytes: number;
  sourceRequests: number;
  storeReads: number;
  writtenBytes: number;
  writes: number;
}

export const nothingMoved = (): Moved => ({
  sourceBytes: 0,
  sourceRequests: 0,
  storeReads: 0,
  writtenBytes: 0,
  writes: 0,
});

export function countedStores(source: ObjectStore, store: ObjectStore, moved: Moved) {
  const add = (what: keyof Moved, amount: number): void => {
    moved[what] += amount;
  };
  const sourceBytes = countReads(source, (bytes) => add('sourceBytes', bytes));
  const writtenBytes = countWrites(store, (bytes) => add('writtenBytes', bytes));
  return {
    source: countRequests(sourceBytes, () => add('sourceRequests', 1)),
    store: {
      ...countRequests(writtenBytes, () => add('storeReads', 1)),
      put: (...put: Parameters<ObjectStore['put']>) => {
        add('writes', 1);
        return writtenBytes.put(...put);
      },
    },
  };
}

/** A request for each read: rows and ranges of one object are joined on the way to S3. */
const countRequests = (store: ObjectStore, count: () => void): ObjectStore => ({
  ...store,
  get: (key) => {
    count();
    return store.get(key);
  },
  getRanges: (key, ranges) => {
    count();
    return store.getRanges(key, ranges);
  },
  getRows: (key, rows, into) => {
    count();
    return store.getRows(key, rows, into);
  },
  head: (key) => {
    count();
    return store.head(key);
  },
});
