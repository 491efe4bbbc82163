import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openStore, toUrl } from '../../shared/adapters/open-store.ts';

describe('the URL of what a user types', () => {
  it.each([
    ['/data/brain', 'file:///data/brain'],
    ['/data/brain/', 'file:///data/brain'],
    ['/data/./x/../my brain', 'file:///data/my%20brain'],
    ['file:///data/my brain/', 'file:///data/my%20brain'],
    ['file:///data/my%20brain', 'file:///data/my%20brain'],
    ['FILE:///data//brain', 'file:///data/brain'],
    ['s3://bucket/folder/', 's3://bucket/folder'],
    ['https://host/volume//', 'https://host/volume'],
  ])('%s is %s', (typed, url) => {
    expect(toUrl(typed)).toBe(url);
  });

  it('takes relative paths from the working directory', () => {
    expect(toUrl('out')).toBe(pathToFileURL(resolve('out')).href);
    expect(toUrl('.')).toBe(pathToFileURL(resolve('.')).href);
  });
});

describe('opening a store', () => {
  it('opens folders by path and by URL, under the same name', async () => {
    const folder = join(import.meta.dirname, '..');
    const stores = await Promise.all([openStore(folder), openStore(pathToFileURL(folder).href)]);
    for (const store of stores) {
      expect(store.url).toBe(toUrl(folder));
      expect((await store.get('adapters/open-store.test.ts'))?.bytes.length).toBeGreaterThan(100);
    }
  });

  it.each(['s3://bucket/x', 'https://host/x', 'gs://bucket'])('refuses %s in words', async (url) => {
    await expect(openStore(url)).rejects.toMatchObject({ name: 'StoreError', kind: 'unsupported' });
    await expect(openStore(url)).rejects.toThrow(
      /is not supported by this version\. Give a folder or a file:\/\/ URL/,
    );
  });

  it('refuses file URLs of other hosts', async () => {
    await expect(openStore('file://server/share')).rejects.toThrow(/Write it as file:\/\/\/folder\/name/);
  });
});
