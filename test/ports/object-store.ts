/** What every object store does, whatever it is made of. Each adapter runs this suite. */
import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../shared/engine/ports.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const text = (value: string) => new TextEncoder().encode(value);

export async function keysOf(store: ObjectStore, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const object of store.list(prefix)) keys.push(object.key);
  return keys;
}

/**
 * What a third-party server under a store does not honour: those tests are skipped for it, by name. No adapter may lack
 * anything.
 */
export type ServerGap =
  /** `If-None-Match: *` of a PUT is ignored. */
  | 'conditional-writes'
  /** Objects come back without their `Content-Encoding`. */
  | 'content-encoding'
  /** Keys are listed as a dictionary sorts them, not by their bytes. */
  | 'order-of-keys';

/** `makeStore` returns an empty store each time it is called. */
export function objectStoreSuite(
  name: string,
  makeStore: () => Promise<ObjectStore>,
  gaps: readonly ServerGap[] = [],
): void {
  describe(`${name} as an object store`, () => {
    readingAndWriting(makeStore);
    describe.skipIf(gaps.includes('content-encoding'))('with encodings', () => encodings(makeStore));
    describe.skipIf(gaps.includes('conditional-writes'))('with conditions', () =>
      conditionalWrites(makeStore, gaps),
    );
    ranges(makeStore);
    listing(makeStore);
    keys(makeStore, gaps);
  });
}

function readingAndWriting(makeStore: () => Promise<ObjectStore>): void {
  it('has a URL that does not end in a slash', async () => {
    expect((await makeStore()).url).toMatch(/^[a-z0-9]+:\/\/.*[^/]$/);
  });

  it('gives back what was put', async () => {
    const store = await makeStore();
    expect(await store.put('CHN00/info', text('{}'))).toBe(true);
    expect(await store.get('CHN00/info')).toEqual({ bytes: text('{}'), encoding: undefined });
    expect(await store.head('CHN00/info')).toEqual({ size: 2, encoding: undefined });
  });

  it('says undefined for what is not there', async () => {
    const store = await makeStore();
    await store.put('a/b', bytes(1));
    for (const key of ['x', 'a', 'a/c', 'a/b/c', 'a/b.gz']) {
      expect(await store.get(key), key).toBeUndefined();
      expect(await store.head(key), key).toBeUndefined();
      expect(await store.getRanges(key, [{ start: 0, end: 1 }]), key).toBeUndefined();
      const rows = { start: 0, bytes: 1, stride: 1, count: 1 };
      expect(await store.getRows(key, rows, new Uint8Array(1)), key).toBeUndefined();
    }
  });

  it('holds empty objects', async () => {
    const store = await makeStore();
    await store.put('empty', bytes());
    expect((await store.get('empty'))?.bytes).toEqual(bytes());
    expect(await store.head('empty')).toEqual({ size: 0, encoding: undefined });
  });

  it('replaces an object as a whole', async () => {
    const store = await makeStore();
    await store.put('a', bytes(1, 2, 3));
    await store.put('a', bytes(4));
    expect((await store.get('a'))?.bytes).toEqual(bytes(4));
  });

  it('takes a stream of parts', async () => {
    const store = await makeStore();
    const part = bytes(0);
    async function* parts() {
      for (part[0] = 1; part[0] < 4; part[0]++) yield part;
    }
    await store.put('a', parts());
    expect((await store.get('a'))?.bytes).toEqual(bytes(1, 2, 3));
  });

  it('keeps the object as it was when a stream fails half-way', async () => {
    const store = await makeStore();
    await store.put('a', bytes(1, 2, 3));
    async function* broken() {
      yield bytes(9);
      throw new Error('the reader died');
    }
    await expect(store.put('a', broken())).rejects.toThrow('the reader died');
    await expect(store.put('b', broken())).rejects.toThrow('the reader died');
    expect((await store.get('a'))?.bytes).toEqual(bytes(1, 2, 3));
    expect(await keysOf(store)).toEqual(['a']);
  });

  it('never shows half an object to readers while it is written again and again', async () => {
    const store = await makeStore();
    const versions = [0, 1, 2, 3].map((value) => new Uint8Array(50_000).fill(value));
    await store.put('a', new Uint8Array(50_000));
    const writes = versions.map((version) => store.put('a', version));
    const reads = Array.from({ length: 12 }, () => store.get('a'));
    for (const read of await Promise.all(reads)) {
      expect(new Set(read?.bytes).size).toBe(1);
      expect(read?.bytes.length).toBe(50_000);
    }
    await Promise.all(writes);
  });

  it('is not changed by what the caller does with its bytes afterwards', async () => {
    const store = await makeStore();
    const body = bytes(1, 2);
    await store.put('a', body);
    body[0] = 9;
    const first = await store.get('a');
    first?.bytes.fill(7);
    expect((await store.get('a'))?.bytes).toEqual(bytes(1, 2));
  });

  it('deletes, and takes no offence at what is not there', async () => {
    const store = await makeStore();
    await store.put('a', bytes(1));
    await store.put('b', bytes(2), { encoding: 'gzip' });
    await store.put('c/d', bytes(3));
    await store.delete(['a', 'b', 'never', 'c', 'c/d/e']);
    expect(await keysOf(store)).toEqual(['c/d']);
    await store.delete([]);
  });
}

function encodings(makeStore: () => Promise<ObjectStore>): void {
  it.each(['gzip', 'br', 'zstd'] as const)('keeps the encoding %s beside the bytes', async (encoding) => {
    const store = await makeStore();
    await store.put('40/0-64_0-64_0-64', bytes(1, 2, 3), { encoding });
    expect(await store.get('40/0-64_0-64_0-64')).toEqual({ bytes: bytes(1, 2, 3), encoding });
    expect(await store.head('40/0-64_0-64_0-64')).toEqual({ size: 3, encoding });
    expect(await keysOf(store)).toEqual(['40/0-64_0-64_0-64']);
  });

  it('holds one form of an object: another encoding replaces it', async () => {
    const store = await makeStore();
    const forms = [undefined, 'gzip', 'zstd', 'br', undefined, 'br', 'gzip'] as const;
    for (const [index, encoding] of forms.entries()) {
      await store.put('a', bytes(index), encoding && { encoding });
      expect(await store.get('a')).toEqual({ bytes: bytes(index), encoding });
      expect(await keysOf(store)).toEqual(['a']);
    }
  });
}

function conditionalWrites(makeStore: () => Promise<ObjectStore>, gaps: readonly ServerGap[]): void {
  it('writes with ifAbsent only where there is nothing', async () => {
    const store = await makeStore();
    expect(await store.put('job.json', bytes(1), { ifAbsent: true })).toBe(true);
    expect(await store.put('job.json', bytes(2), { ifAbsent: true })).toBe(false);
    expect((await store.get('job.json'))?.bytes).toEqual(bytes(1));
  });

  it.skipIf(gaps.includes('content-encoding'))(
    'counts an object in another encoding as present',
    async () => {
      const store = await makeStore();
      await store.put('a', bytes(1), { encoding: 'gzip' });
      expect(await store.put('a', bytes(2), { ifAbsent: true })).toBe(false);
      expect(await store.get('a')).toEqual({ bytes: bytes(1), encoding: 'gzip' });
    },
  );

  it('lets exactly one of many writers win with ifAbsent', async () => {
    const store = await makeStore();
    const writers = Array.from({ length: 16 }, (_, writer) =>
      store.put('owner', bytes(writer), { ifAbsent: true }),
    );
    const written = await Promise.all(writers);
    expect(written.filter(Boolean)).toHaveLength(1);
    expect((await store.get('owner'))?.bytes).toEqual(bytes(written.indexOf(true)));
    expect(await keysOf(store)).toEqual(['owner']);
  });
}

function ranges(makeStore: () => Promise<ObjectStore>): void {
  it('reads ranges in the order given: adjacent, apart, backwards, overlapping and empty ones', async () => {
    const store = await makeStore();
    await store.put(
      'plane',
      Uint8Array.from({ length: 100 }, (_, index) => index),
    );
    const ranges = [
      { start: 10, end: 12 },
      { start: 12, end: 15 },
      { start: 90, end: 91 },
      { start: 0, end: 2 },
      { start: 1, end: 3 },
      { start: 5, end: 5 },
    ];
    const expected = [bytes(10, 11), bytes(12, 13, 14), bytes(90), bytes(0, 1), bytes(1, 2), bytes()];
    expect((await store.getRanges('plane', ranges))?.map((part) => part.slice())).toEqual(expected);
    expect(await store.getRanges('plane', [])).toEqual([]);
  });

  it('reads rows back to back into the given bytes, and says how many were there', async () => {
    const store = await makeStore();
    await store.put(
      'plane',
      Uint8Array.from({ length: 100 }, (_, index) => index),
    );
    const into = new Uint8Array(6).fill(255);
    expect(await store.getRows('plane', { start: 11, bytes: 2, stride: 10, count: 3 }, into)).toBe(6);
    expect(into).toEqual(bytes(11, 12, 21, 22, 31, 32));
    expect(await store.getRows('plane', { start: 5, bytes: 3, stride: 3, count: 2 }, into)).toBe(6);
    expect(into).toEqual(bytes(5, 6, 7, 8, 9, 10));
    expect(await store.getRows('plane', { start: 97, bytes: 2, stride: 2, count: 3 }, into)).toBe(3);
    expect(into.subarray(0, 3)).toEqual(bytes(97, 98, 99));
    expect(await store.getRows('plane', { start: 89, bytes: 2, stride: 10, count: 2 }, into)).toBe(3);
    expect(await store.getRows('plane', { start: 200, bytes: 2, stride: 10, count: 2 }, into)).toBe(0);
    expect(await store.getRows('plane', { start: 1, bytes: 2, stride: 10, count: 0 }, into)).toBe(0);
  });

  it('returns short what lies beyond the end', async () => {
    const store = await makeStore();
    await store.put('a', bytes(1, 2, 3));
    const ranges = [
      { start: 2, end: 1e12 },
      { start: 3, end: 9 },
      { start: 50, end: 60 },
      { start: 0, end: 1 },
    ];
    const parts = await store.getRanges('a', ranges);
    expect(parts?.map((part) => part.slice())).toEqual([bytes(3), bytes(), bytes(), bytes(1)]);
  });

  it.each(['gzip', 'br', 'zstd'] as const)(
    'reads ranges and rows of the stored bytes of %s',
    async (encoding) => {
      const store = await makeStore();
      await store.put('a', bytes(1, 2, 3), { encoding });
      const parts = await store.getRanges('a', [{ start: 1, end: 2 }]);
      expect(parts?.map((part) => part.slice())).toEqual([bytes(2)]);
      const into = bytes(0, 0);
      expect(await store.getRows('a', { start: 0, bytes: 1, stride: 2, count: 2 }, into)).toBe(2);
      expect(into).toEqual(bytes(1, 3));
    },
  );
}

function listing(makeStore: () => Promise<ObjectStore>): void {
  it('lists keys below a prefix, sorted as whole keys, with sizes', async () => {
    const store = await makeStore();
    for (const key of ['b', 'a/z', 'a-b', 'a.b', 'a/b/c', 'a0', 'ab/c']) await store.put(key, text(key));
    expect(await keysOf(store)).toEqual(['a-b', 'a.b', 'a/b/c', 'a/z', 'a0', 'ab/c', 'b']);
    for await (const { key, size } of store.list('')) expect(size).toBe(key.length);
  });

  it('takes a prefix that ends at a slash or inside a name', async () => {
    const store = await makeStore();
    for (const key of ['a/b/c', 'a/bc', 'a/bd/e', 'b']) await store.put(key, bytes(1));
    expect(await keysOf(store, 'a/')).toEqual(['a/b/c', 'a/bc', 'a/bd/e']);
    expect(await keysOf(store, 'a/b')).toEqual(['a/b/c', 'a/bc', 'a/bd/e']);
    expect(await keysOf(store, 'a/b/')).toEqual(['a/b/c']);
    expect(await keysOf(store, 'a/bd/e')).toEqual(['a/bd/e']);
    expect(await keysOf(store, 'b/')).toEqual([]);
    expect(await keysOf(store, 'c')).toEqual([]);
  });

  it('leaves out what lies deeper where it is asked to', async () => {
    const store = await makeStore();
    for (const key of ['a', 'a-b/c', 'b/c', 'b/d/e', 'b/d/f', 'b/g', 'z']) await store.put(key, bytes(1));
    const flat = async (prefix: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const { key } of store.list(prefix, { isFlat: true })) found.push(key);
      return found;
    };
    expect(await flat('')).toEqual(['a', 'z']);
    expect(await flat('b/')).toEqual(['b/c', 'b/g']);
    expect(await flat('b/d')).toEqual([]);
  });

  it('lists and deletes more objects than S3 takes at once', async () => {
    const store = await makeStore();
    const names = Array.from({ length: 1001 }, (_, index) => `many/${String(index).padStart(5, '0')}`);
    for (let first = 0; first < names.length; first += 100) {
      await Promise.all(names.slice(first, first + 100).map((key) => store.put(key, bytes(1))));
    }
    expect(await keysOf(store)).toEqual(names);
    await store.delete(names);
    expect(await keysOf(store)).toEqual([]);
  });
}

function keys(makeStore: () => Promise<ObjectStore>, gaps: readonly ServerGap[]): void {
  it.each(['', '/a', 'a/', 'a//b', '../a', 'a/../../b', 'a/./b', '..', 'a\0b'])(
    'refuses the key %j',
    async (key) => {
      const store = await makeStore();
      await expect(store.put(key, bytes(1))).rejects.toMatchObject({ name: 'StoreError', kind: 'bad-key' });
      await expect(store.get(key)).rejects.toMatchObject({ kind: 'bad-key' });
      await expect(store.getRanges(key, [])).rejects.toMatchObject({ kind: 'bad-key' });
      await expect(store.head(key)).rejects.toMatchObject({ kind: 'bad-key' });
      await expect(store.delete([key])).rejects.toMatchObject({ kind: 'bad-key' });
    },
  );

  it('refuses to list outside', async () => {
    const store = await makeStore();
    for (const prefix of ['/', '../', 'a/../../', '..']) {
      await expect(keysOf(store, prefix)).rejects.toMatchObject({ kind: 'bad-key' });
    }
  });

  it('takes names that end in .gz themselves for plain objects', async () => {
    const store = await makeStore();
    await store.put('brain.nii.gz', bytes(1));
    expect(await store.get('brain.nii.gz')).toEqual({ bytes: bytes(1), encoding: undefined });
    expect(await store.get('brain.nii')).toBeUndefined();
    await store.put('brain.nii', bytes(2));
    expect((await store.get('brain.nii.gz'))?.bytes).toEqual(bytes(1));
    expect(await keysOf(store)).toEqual(['brain.nii', 'brain.nii.gz']);
  });

  it('takes the names that the field uses', async () => {
    const store = await makeStore();
    const names = [
      '.cloudreg/ingest/acquisition.json',
      '.hidden',
      '-13-3_100-116_7-21',
      '123:0:0-64_0-64_0-64',
      'Scanned Cells.txt',
      'Gehirn_ä#1%20?.tif',
      'a+b &<"c">=d~e:f.json',
      '...',
    ];
    for (const key of names) await store.put(key, text(key));
    const listed = await keysOf(store);
    expect(gaps.includes('order-of-keys') ? listed.sort() : listed).toEqual([...names].sort());
    for (const key of names) expect((await store.get(key))?.bytes).toEqual(text(key));
  });
}
