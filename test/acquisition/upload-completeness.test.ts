import { describe, expect, it } from 'vitest';
import { lookAtUpload } from '../../shared/acquisition/colm/upload-completeness.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { flatKey, putText, smallAcquisition } from './small-acquisition.ts';

const ALL = { channels: 'all', isSaidComplete: false } as const;
const READY = { ready: true };
const NO_COUNT = { 'Experiment Settings|Num Enabled Channels': undefined };

const notYet = (...parts: string[]) => ({
  ready: false,
  progress: expect.stringMatching(new RegExp(parts.map((part) => part.replace(/[().]/g, '\\$&')).join('.*'))),
});

function countingLists(store: ObjectStore): { store: ObjectStore; prefixes: string[] } {
  const prefixes: string[] = [];
  const list = (prefix: string) => {
    prefixes.push(prefix);
    return store.list(prefix);
  };
  return { store: { ...store, list }, prefixes };
}

describe('an upload', () => {
  it('is complete where every plane of every scanned tile and channel is there', async () => {
    expect(await lookAtUpload(await smallAcquisition({ channels: [0, 1] }), ALL)).toEqual(READY);
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'is not where any one plane is absent (%i): counts and names it',
    async (index) => {
      const store = await smallAcquisition();
      const [loc, plane] = [Math.floor(index / 3), index % 3];
      await store.delete([flatKey(loc, 0, plane)]);
      expect(await lookAtUpload(store, ALL)).toEqual(
        notYet('5 of 6 planes', `LOC00${loc}, channel 0: ${plane}`),
      );
    },
  );

  it('waits for a tile of which nothing is there', async () => {
    const store = await smallAcquisition();
    await store.delete([0, 1, 2].map((plane) => flatKey(1, 0, plane)));
    expect(await lookAtUpload(store, ALL)).toEqual(notYet('3 of 6 planes', 'LOC001, channel 0: 0 to 2'));
  });

  it('waits for as many channels as the instrument recorded, also before the first plane of one', async () => {
    const store = await smallAcquisition({ ini: { 'Experiment Settings|Num Enabled Channels': '2' } });
    expect(await lookAtUpload(store, ALL)).toEqual(notYet('6 of 12 planes', 'a channel: 0 to 2'));
  });

  it('waits for the channels that are asked for, and for no other', async () => {
    const store = await smallAcquisition({ channels: [0, 1] });
    await store.delete([flatKey(0, 1, 1)]);
    expect(await lookAtUpload(store, { ...ALL, channels: [0] })).toEqual(READY);
    expect(await lookAtUpload(store, { ...ALL, channels: [1] })).toEqual(notYet('5 of 6'));
    expect(await lookAtUpload(store, { ...ALL, channels: [7] })).toEqual(notYet('0 of 6'));
  });

  it('takes the channels that are there where the ini does not count them', async () => {
    const store = await smallAcquisition({ channels: [0, 3], ini: NO_COUNT });
    expect(await lookAtUpload(store, ALL)).toEqual(READY);
    await store.delete([flatKey(1, 3, 0)]);
    expect(await lookAtUpload(store, ALL)).toEqual(notYet('11 of 12', 'LOC001, channel 3: 0'));
  });

  it('does not wait for cells that were not scanned, nor count what lies there', async () => {
    const store = await smallAcquisition({ cells: '1,0' });
    expect(await lookAtUpload(store, ALL)).toEqual(READY);
    await store.delete([flatKey(0, 0, 2)]);
    expect(await lookAtUpload(store, ALL)).toEqual(notYet('2 of 3 planes'));
  });

  it('counts a plane once, and none beyond the end of the stack', async () => {
    const store = await smallAcquisition();
    await store.delete([flatKey(0, 0, 1)]);
    await putText(store, flatKey(0, 0, 3), 'x');
    await putText(store, flatKey(0, 0, 2).replace('.tif', '.tiff'), 'x');
    expect(await lookAtUpload(store, ALL)).toEqual(notYet('5 of 6', 'LOC000, channel 0: 1'));
  });

  it('names five stacks, and says how many there are besides', async () => {
    const store = await smallAcquisition({ rows: 3, columns: 3 });
    for (let loc = 0; loc < 9; loc++) await store.delete([flatKey(loc, 0, 0)]);
    expect(await lookAtUpload(store, ALL)).toEqual(notYet('18 of 27', 'LOC004', 'and 4 more stacks'));
  });

  it.each(['Experiment.ini', 'Scanned Cells.txt'])('waits for %s', async (file) => {
    const store = await smallAcquisition();
    await store.delete([file]);
    expect(await lookAtUpload(store, ALL)).toEqual(notYet(file, 'not there yet'));
    expect(await lookAtUpload(store, { ...ALL, isSaidComplete: true })).toEqual(notYet(file));
  });

  it('waits for the rest of an empty ini', async () => {
    const store = await smallAcquisition();
    await putText(store, 'Experiment.ini', '');
    expect(await lookAtUpload(store, ALL)).toEqual(notYet('Experiment.ini'));
  });

  it('is refused for good where a text file is wrong', async () => {
    const store = await smallAcquisition({ cells: '1' });
    await expect(lookAtUpload(store, ALL)).rejects.toMatchObject({ kind: 'shape', permanent: true });
  });

  it('is complete where the uploader says so, whatever is missing', async () => {
    const store = await smallAcquisition();
    await store.delete([flatKey(0, 0, 0)]);
    expect(await lookAtUpload(store, { ...ALL, isSaidComplete: true })).toEqual(READY);
  });

  it('is listed tile by tile, and as a whole only where a tile is not found', async () => {
    const { store, prefixes } = countingLists(await smallAcquisition());
    await lookAtUpload(store, ALL);
    expect(prefixes).toEqual(['VW0/LOC000/', 'VW0/LOC001/']);
    const odd = await smallAcquisition({ keyOf: (...at) => flatKey(...at).replace('/LOC00', '/loc') });
    expect(await lookAtUpload(odd, ALL)).toEqual(READY);
  });
});
