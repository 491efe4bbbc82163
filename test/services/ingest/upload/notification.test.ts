import { describe, expect, it } from 'vitest';
import { uploadsIn } from '../../../../services/ingest/upload/notification.ts';
import { inSns, inSnsInSqs, inSqs, putEvent, s3Event } from './s3-events.ts';

const MOUSE = { bucket: 'raw-brains', folder: 'mouse-7' };

describe('an event of S3', () => {
  it.each([
    ['put', MOUSE],
    ['multipart', MOUSE],
    ['copy', { bucket: 'raw-brains', folder: 'lab 2/mouse n° 7/café 1+2' }],
  ])('is an upload where a marker was created: %s', (name, upload) => {
    expect(uploadsIn(s3Event(name))).toEqual([upload]);
  });

  it.each(['test-event', 'removed', 'plane'])('is none otherwise: %s', (name) => {
    expect(uploadsIn(s3Event(name))).toEqual([]);
    expect(uploadsIn(inSqs(s3Event(name)))).toEqual([]);
  });

  it.each([
    ['by SQS', inSqs],
    ['by SNS', inSns],
    ['by SNS and SQS', inSnsInSqs],
    ['as text', (event: unknown) => JSON.stringify(event)],
  ])('is found wrapped %s', (_, wrap) => {
    expect(uploadsIn(wrap(s3Event('put')))).toEqual([MOUSE]);
  });

  it('counts once however often it is in a batch', () => {
    const other = { bucket: 'raw-brains', folder: 'rat' };
    const batch = inSqs(s3Event('put'), s3Event('multipart'), putEvent('rat/cloudreg.json'), s3Event('put'));
    expect(uploadsIn(batch)).toEqual([MOUSE, other]);
  });

  it('is about the bucket itself where the marker lies there', () => {
    expect(uploadsIn(putEvent('Experiment.ini'))).toEqual([{ bucket: 'raw-brains', folder: '' }]);
  });

  it.each([
    'mouse/experiment.ini',
    'mouse/Experiment.ini.bak',
    'mouse/my Experiment.ini',
    'mouse/.cloudreg/job.json',
    'mouse//Experiment.ini',
    '../mouse/Experiment.ini',
    '/Experiment.ini',
    'Experiment.ini/',
  ])('is none where its key is foreign: %s', (key) => {
    expect(uploadsIn(putEvent(key))).toEqual([]);
  });

  it('is none where its key is not encoded as S3 does it', () => {
    const event = s3Event('put') as { Records: [{ s3: { object: { key: string } } }] };
    event.Records[0].s3.object.key = 'mouse%zz/Experiment.ini';
    expect(uploadsIn(event)).toEqual([]);
  });

  it.each([
    null,
    undefined,
    1,
    '',
    'no json',
    '{"Records": [null, 1, {"body": "x"}, {"s3": {}}]}',
    { Records: 'none' },
    { Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: {}, object: {} } }] },
    { kind: 'plan', job: 'x' },
  ])('is none where it is no event of S3: %j', (event) => {
    expect(uploadsIn(event)).toEqual([]);
  });
});
