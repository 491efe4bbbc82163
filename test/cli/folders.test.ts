import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isInside, placeIn, placeOf, shortPath } from '../../cli/folders.ts';
import { stateFolderFor } from '../../cli/state-place.ts';

describe('places on the command line', () => {
  it('are paths where they are folders, and URLs elsewhere', () => {
    expect(placeOf('file:///data/my%20brain/')).toBe('/data/my brain');
    expect(placeOf('/data/brain/')).toBe('/data/brain');
    expect(placeOf('s3://bucket/my brain/')).toBe('s3://bucket/my brain');
  });

  it('name what lies in them', () => {
    expect(placeIn('/data/brain', 'CHN00')).toBe('/data/brain/CHN00');
    expect(placeIn('s3://bucket/brain', 'CHN00')).toBe('s3://bucket/brain/CHN00');
    expect(placeIn('s3://bucket/brain', '')).toBe('s3://bucket/brain');
  });

  it('lie inside each other by their names alone', () => {
    expect(isInside('s3://bucket/a/b', 's3://bucket/a')).toBe(true);
    expect(isInside('s3://bucket/a', 's3://bucket/a')).toBe(true);
    expect(isInside('s3://bucket/ab', 's3://bucket/a')).toBe(false);
    expect(isInside('/data/a', 's3://bucket/a')).toBe(false);
    expect(isInside('/data/a/b', '/data/a')).toBe(true);
  });

  it('are shown as they would be typed', () => {
    expect(shortPath(join(process.cwd(), 'volume'))).toBe('volume');
    expect(shortPath('s3://bucket/volume')).toBe('s3://bucket/volume');
  });
});

describe('the state of a job whose output is in a bucket', () => {
  it('lies in a folder of its own, where the user keeps such things', () => {
    const folder = stateFolderFor('s3://bucket/a', { XDG_STATE_HOME: '/var/mine' });
    expect(folder).toMatch(/^\/var\/mine\/cloudreg\/[0-9a-f]{16}$/);
    expect(stateFolderFor('s3://bucket/b', { XDG_STATE_HOME: '/var/mine' })).not.toBe(folder);
    expect(stateFolderFor('s3://bucket/a', { XDG_STATE_HOME: 'relative' })).toMatch(
      /\/\.local\/state\/cloudreg\//,
    );
  });
});
