import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openStore, splitFileUrl, toUrl } from '../../shared/adapters/open-store.ts';

describe('the URL of what a user types', () => {
  it.each([
    ['/data/brain', 'file:///data/brain'],
    ['/data/brain/', 'file:///data/brain'],
    ['/data/./x/../my brain', 'file:///data/my%20brain'],
    ['file:///data/my brain/', 'file:///data/my%20brain'],
    ['file:///data/my%20brain', 'file:///data/my%20brain'],
    ['FILE:///data//brain', 'file:///data/brain'],
    ['s3://bucket/folder/', 's3://bucket/folder'],
    ['S3://bucket/a b%20c/', 's3://bucket/a b%20c'],
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

  it('opens buckets and web servers, without touching them', async () => {
    expect((await openStore('s3://bucket/my brain/')).url).toBe('s3://bucket/my brain');
    expect((await openStore('S3://bucket')).url).toBe('s3://bucket');
    expect((await openStore('https://host/my%20brain//')).url).toBe('https://host/my%20brain');
    expect((await openStore('http://host:8080/x')).url).toBe('http://host:8080/x');
  });

  it('refuses other kinds of places in words', async () => {
    await expect(openStore('gs://bucket')).rejects.toMatchObject({ name: 'StoreError', kind: 'unsupported' });
    await expect(openStore('gs://bucket')).rejects.toThrow(
      /gs:\/\/ is no store that this version knows\. Give a folder, an s3:\/\/ or an https:\/\/ URL/,
    );
  });

  it('refuses file URLs of other hosts', async () => {
    await expect(openStore('file://server/share')).rejects.toThrow(/Write it as file:\/\/\/folder\/name/);
  });
});

describe('the URL of one file', () => {
  it('is split into its store and its key', () => {
    expect(splitFileUrl('file:///data/my%20brain.tif')).toEqual({
      folder: 'file:///data',
      key: 'my brain.tif',
    });
    expect(splitFileUrl('s3://bucket/a/50%25.tif')).toEqual({ folder: 's3://bucket/a', key: '50%25.tif' });
    expect(splitFileUrl('https://host/a%2Bb')).toEqual({ folder: 'https://host', key: 'a+b' });
    expect(() => splitFileUrl('https://host/100%.nii')).toThrow(/Write the percent sign as %25/);
  });
});
