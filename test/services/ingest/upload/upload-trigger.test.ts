import { describe, expect, it } from 'vitest';
import { handleUploads } from '../../../../services/ingest/upload/upload-trigger.ts';
import { jobParameters } from '../../../../services/parameters.ts';
import { runSteps } from '../../../../services/pipeline.ts';
import { StoreError } from '../../../../shared/adapters/store-errors.ts';
import { cancel } from '../../../../shared/engine/commands.ts';
import { putText, smallAcquisition } from '../../../acquisition/small-acquisition.ts';
import { inSqs, putEvent, s3Event } from './s3-events.ts';
import { copyAll, makeUploadWorld, type UploadWorld } from './upload-world.ts';

const RAW = 's3://raw-brains/mouse-7';
const OUTPUT = 's3://volumes/lab/mouse-7';
const INI = putEvent('mouse-7/Experiment.ini');
const CONFIG = putEvent('mouse-7/cloudreg.json');

const happens = (world: UploadWorld, ...events: unknown[]) => handleUploads(inSqs(...events), world.ports);
const putConfig = (world: UploadWorld, value: unknown) =>
  putText(world.storeAt(RAW), 'cloudreg.json', typeof value === 'string' ? value : JSON.stringify(value));
const events = (world: UploadWorld) => world.log.splice(0).map(({ event }) => event);
const problemAt = async (world: UploadWorld, url = OUTPUT) =>
  (await world.json(url, '.cloudreg/upload-error.json')) as { problem: string } | undefined;

/** The text files and some planes of an acquisition of six. */
async function halfUploaded(planes = 3): Promise<UploadWorld> {
  const world = makeUploadWorld();
  let copied = 0;
  await copyAll(
    await smallAcquisition(),
    world.storeAt(RAW),
    (key) => !key.startsWith('VW0/') || copied++ < planes,
  );
  return world;
}

const uploadTheRest = async (world: UploadWorld) => copyAll(await smallAcquisition(), world.storeAt(RAW));

describe('an upload', () => {
  it('starts a job that waits, with default parameters and the usual output, and claims that', async () => {
    const world = await halfUploaded();
    expect(await happens(world, INI)).toEqual({ batchItemFailures: [] });
    const job = await world.job();
    expect(job).toMatchObject({
      input: RAW,
      output: OUTPUT,
      parameters: jobParameters.parse({}),
      pipelineVersion: '1',
    });
    expect(job.waiting).toEqual({
      maxSeconds: 86_400,
      until: 1_700_000_000_000 + 86_400_000,
      looks: 0,
      progress: '',
      gaveUp: false,
    });
    // What `cloudreg run` plans: no copy of a volume that was there before.
    expect(Object.keys(job.generations)).toEqual(runSteps);
    expect(runSteps).not.toContain('illumination-correction.apply');
    expect(await world.status(job)).toBe('waiting');
    const owner = (await world.json(OUTPUT, '.cloudreg/job.json')) as object;
    expect(owner).toMatchObject({ jobId: job.jobId, input: RAW, output: OUTPUT });
    expect('waiting' in owner).toBe(false);
    expect(world.log).toEqual([{ event: 'upload-started', acquisition: RAW, job: job.jobId }]);
  });

  it('says how far it is, and begins when it is complete', async () => {
    const world = await halfUploaded();
    await happens(world, INI);
    await world.consumePlans();
    expect((await world.job()).waiting?.progress).toContain('3 of 6 planes');
    await uploadTheRest(world);
    world.clock.advance(60_000);
    await world.consumePlans();
    const job = await world.job();
    expect(job.waiting).toBeUndefined();
    expect(await world.status(job)).toBe('running');
    expect(await world.queues.queue('ingest').depth()).toMatchObject({ visible: 1 });
  });

  it('has the job id of its place alone, with blanks and other letters in it', async () => {
    const world = makeUploadWorld();
    const url = 's3://raw-brains/lab 2/mouse n° 7/café 1+2';
    await copyAll(await smallAcquisition(), world.storeAt(url));
    await happens(world, s3Event('copy'));
    expect(await world.job()).toMatchObject({
      input: url,
      output: 's3://volumes/lab/lab 2/mouse n° 7/café 1+2',
    });
  });

  it('that fills its bucket is named like it', async () => {
    const world = makeUploadWorld();
    await happens(world, putEvent('Experiment.ini'));
    expect(await world.job()).toMatchObject({
      input: 's3://raw-brains',
      output: 's3://volumes/lab/raw-brains',
    });
  });

  it('takes parameters, output and time from cloudreg.json, whichever file came first', async () => {
    for (const order of [
      [INI, CONFIG],
      [CONFIG, INI],
    ]) {
      const world = await halfUploaded();
      await putConfig(world, { channels: [0], blend: 'max', output: 's3://mine/here/', maxWaitHours: 2 });
      await happens(world, ...order);
      expect(await world.job()).toMatchObject({
        output: 's3://mine/here',
        parameters: { ...jobParameters.parse({}), channels: [0], blend: 'max' },
        waiting: { maxSeconds: 7200 },
      });
      expect(events(world)).toEqual(['upload-started', 'upload-goes-on']);
    }
  });

  it('with cloudreg.json alone waits for Experiment.ini', async () => {
    const world = makeUploadWorld();
    await putConfig(world, {});
    await happens(world, CONFIG);
    await world.consumePlans();
    expect((await world.job()).waiting?.progress).toContain('Experiment.ini: not there yet');
  });

  it('that is not yet complete begins when cloudreg.json says that it is', async () => {
    const world = await halfUploaded();
    await happens(world, INI);
    await world.consumePlans();
    await putConfig(world, { complete: true });
    await happens(world, CONFIG);
    await world.consumePlans();
    expect((await world.job()).waiting).toBeUndefined();
  });
});

describe('an event that comes again', () => {
  it('starts nothing twice, and leaves one message that waits', async () => {
    const world = await halfUploaded();
    await happens(world, INI, INI, INI);
    await world.consumePlans();
    for (let again = 0; again < 5; again++) await happens(world, INI);
    expect(await world.plansWaiting()).toBeLessThanOrEqual(3);
    expect(events(world).slice(-5)).toEqual(Array(5).fill('upload-known'));
  });

  it('does nothing to a job that has begun', async () => {
    const world = await halfUploaded(6);
    await happens(world, INI);
    await world.consumePlans();
    const begun = await world.job();
    const messages = await world.plansWaiting();
    await happens(world, INI, CONFIG);
    expect(await world.job()).toEqual(begun);
    expect(await world.plansWaiting()).toBe(messages);
  });

  it('does not go on with a job that a user has cancelled', async () => {
    const world = await halfUploaded();
    await happens(world, INI);
    await cancel(world.engine, (await world.job()).jobId);
    await happens(world, INI);
    expect((await world.job()).cancelled).toBe(true);
  });

  it('sends the plan that whoever created the job had died before', async () => {
    const world = await halfUploaded();
    const lost = new Error('connection lost');
    const queues = {
      ...world.queues,
      queue: () => ({ ...world.queues.queue('plans'), send: () => Promise.reject(lost) }),
    };
    const ports = { ...world.ports, engine: { ...world.engine, queues } };
    expect(await handleUploads(inSqs(INI), ports)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }],
    });
    expect(await world.plansWaiting()).toBe(0);
    await happens(world, INI);
    expect(await world.plansWaiting()).toBe(1);
  });
});

describe('an upload that was given up', () => {
  it('goes on with the next event, and waits as long again', async () => {
    const world = await halfUploaded();
    await happens(world, INI);
    world.clock.advance(86_400_000);
    await world.consumePlans();
    const given = await world.job();
    expect(await world.status(given)).toBe('incomplete');
    expect(given.waiting?.progress).toContain('3 of 6 planes');
    expect(await world.plansWaiting()).toBe(0);
    await happens(world, INI);
    expect(await world.status(await world.job())).toBe('waiting');
    expect((await world.job()).waiting?.until).toBe(1_700_000_000_000 + 2 * 86_400_000);
    await uploadTheRest(world);
    await world.consumePlans();
    expect(await world.status(await world.job())).toBe('running');
  });

  it('or that failed over a wrong text file, looks again when that is uploaded anew', async () => {
    const world = await halfUploaded();
    const cells = await world.storeAt(RAW).get('Scanned Cells.txt');
    await putText(world.storeAt(RAW), 'Scanned Cells.txt', '1');
    await happens(world, INI);
    await world.consumePlans();
    expect(await world.status(await world.job())).toBe('failed');
    await world.storeAt(RAW).put('Scanned Cells.txt', cells!.bytes);
    await happens(world, INI);
    await world.consumePlans();
    expect(await world.status(await world.job())).toBe('waiting');
  });
});

describe('a cloudreg.json that comes later', () => {
  it('changes the job that waits, its output too, and no second job is made', async () => {
    const world = await halfUploaded(6);
    await happens(world, INI);
    const first = await world.job();
    await putConfig(world, { blend: 'max', output: 's3://mine/here' });
    await world.consumePlans();
    expect((await world.job()).waiting?.progress).toContain('cloudreg.json asks for something else');
    await happens(world, CONFIG);
    const changed = await world.job();
    expect(changed).toMatchObject({
      jobId: first.jobId,
      output: 's3://mine/here',
      parameters: { blend: 'max' },
    });
    expect(await world.json(OUTPUT, '.cloudreg/job.json')).toBeUndefined();
    expect(await world.json('s3://mine/here', '.cloudreg/job.json')).toMatchObject({
      parameters: { blend: 'max' },
    });
    await world.consumePlans();
    expect((await world.job()).waiting).toBeUndefined();
    expect(events(world)).toEqual(['upload-started', 'upload-changed']);
  });

  it('does not change one that has begun: it is refused with the differences', async () => {
    const world = await halfUploaded(6);
    await happens(world, INI);
    await world.consumePlans();
    const begun = await world.job();
    await putConfig(world, { blend: 'max', output: 's3://mine/here' });
    expect(await happens(world, CONFIG)).toEqual({ batchItemFailures: [] });
    expect(await world.job()).toEqual(begun);
    const problem = (await problemAt(world))?.problem;
    expect(problem).toContain('--blend: linear there, max here');
    expect(problem).toContain('--output: s3://volumes/lab/mouse-7 there, s3://mine/here here');
    expect(await world.json('s3://mine/here', '.cloudreg/job.json')).toBeUndefined();
    expect(events(world)).toEqual(['upload-started', 'upload-refused']);
  });

  it.each(['created', 'changed', 'begun'] as const)(
    'is not overwritten by an event that saw none, where the job was %s meanwhile',
    async (how) => {
      const world = await halfUploaded(6);
      if (how !== 'created') await happens(world, INI);
      // Between reading the file and the write: the new file is uploaded, and its own event handled.
      let isFirst = true;
      const openStore = async (url: string) => {
        const store = world.storeAt(url);
        const get = async (key: string) => {
          const object = await store.get(key);
          if (key === 'cloudreg.json' && isFirst) {
            isFirst = false;
            // By a look from before the file was there.
            const { jobId, waiting } = (await world.table.listJobs())[0] ?? { jobId: '' };
            if (how === 'begun') await world.table.setWaiting(jobId, waiting!.until, {});
            await putConfig(world, { blend: 'min' });
            await happens(world, CONFIG);
          }
          return object;
        };
        return url === RAW ? { ...store, get } : store;
      };
      if (how !== 'created') await putConfig(world, { blend: 'max' });
      await handleUploads(inSqs(CONFIG), { ...world.ports, openStore });
      const { parameters, waiting } = await world.job();
      expect(parameters.blend).toBe(how === 'begun' ? 'linear' : 'min');
      expect(waiting === undefined).toBe(how === 'begun');
      expect(await world.json(OUTPUT, '.cloudreg/job.json')).toMatchObject({ parameters });
      expect(events(world)).toEqual(
        {
          created: ['upload-started', 'upload-goes-on'],
          changed: ['upload-started', 'upload-changed', 'upload-goes-on'],
          begun: ['upload-started', 'upload-refused', 'upload-refused'],
        }[how],
      );
    },
  );

  it('with another time to wait alone begins a new waiting', async () => {
    const world = await halfUploaded();
    await happens(world, INI);
    await world.consumePlans();
    await putConfig(world, { maxWaitHours: 100 });
    await happens(world, CONFIG);
    expect((await world.job()).waiting).toMatchObject({ maxSeconds: 360_000, looks: 0 });
  });
});

describe('a bad cloudreg.json', () => {
  it.each([
    ['{', 'not JSON'],
    ['[1]', 'expected object'],
    [{ chunksize: [1, 1, 1] }, 'chunksize'],
    [{ blend: 'most' }, 'blend'],
    [{ channels: '0' }, 'channels'],
    [{ maxWaitHours: 0 }, 'maxWaitHours'],
    [{ complete: 'yes' }, 'complete'],
    [{ output: 'my volumes' }, 'output'],
    [{ output: 'file:///volumes' }, 'expected an s3:// URL'],
    [{ flatField: 'flats/CHN00.tiff' }, 'cannot reach'],
  ])('%j starts no job and says why beside the output, in the log, and to no retry', async (config, word) => {
    const world = await halfUploaded(6);
    await putConfig(world, config);
    expect(await happens(world, INI, CONFIG)).toEqual({ batchItemFailures: [] });
    expect(await world.table.listJobs()).toEqual([]);
    expect(await problemAt(world)).toMatchObject({ format: 'cloudreg-upload-error/1', acquisition: RAW });
    expect((await problemAt(world))?.problem).toContain(word);
    expect((await problemAt(world))?.problem).toContain(`${RAW}/cloudreg.json`);
    expect(events(world)).toEqual(['upload-refused', 'upload-refused']);
  });

  it('starts the job once it is corrected, and the error goes', async () => {
    const world = await halfUploaded();
    await putConfig(world, '{');
    await happens(world, CONFIG);
    await putConfig(world, { blend: 'max' });
    await happens(world, CONFIG);
    expect((await world.job()).parameters.blend).toBe('max');
    expect(await problemAt(world)).toBeUndefined();
  });

  it('holds back a job that waits: it does not begin with parameters that nobody wants', async () => {
    const world = await halfUploaded(6);
    await happens(world, INI);
    await putConfig(world, { blend: 'most' });
    await happens(world, CONFIG);
    await world.consumePlans();
    expect((await world.job()).waiting?.progress).toContain('blend');
  });
});

describe('an upload whose output cannot be used', () => {
  it('is refused where another job owns it', async () => {
    const world = await halfUploaded();
    await putText(world.storeAt(OUTPUT), '.cloudreg/job.json', JSON.stringify({ jobId: 'somebody' }));
    await happens(world, INI);
    expect(await world.table.listJobs()).toEqual([]);
    expect((await problemAt(world))?.problem).toContain('holds another job (somebody)');
    expect(await world.json(OUTPUT, '.cloudreg/job.json')).toEqual({ jobId: 'somebody' });
  });

  it('is refused, not tried for ever, where access is denied, even to say so', async () => {
    const world = await halfUploaded();
    const denied = new StoreError('denied', OUTPUT, 'access denied', 'Grant the role s3:PutObject.');
    const openStore = async (url: string) => {
      const store = world.storeAt(url);
      return url === OUTPUT ? { ...store, put: () => Promise.reject(denied) } : store;
    };
    expect(await handleUploads(inSqs(INI), { ...world.ports, openStore })).toEqual({ batchItemFailures: [] });
    expect(world.log).toMatchObject([
      { event: 'upload-refused', problem: expect.stringContaining('s3:PutObject') },
      { event: 'upload-trouble' },
    ]);
  });
});

describe('a batch of events', () => {
  it('fails alone where a port fails, and the others are done', async () => {
    const world = await halfUploaded();
    const openStore = async (url: string) => {
      if (url.includes('rat')) throw new Error('connection lost');
      return world.storeAt(url);
    };
    const batch = inSqs(putEvent('rat/Experiment.ini'), s3Event('plane'), INI, 'no json');
    expect(await handleUploads(batch, { ...world.ports, openStore })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }],
    });
    expect((await world.job()).input).toBe(RAW);
    expect(world.log[0]).toMatchObject({
      event: 'upload-trouble',
      problem: expect.stringContaining('connection'),
    });
  });

  it('that came without SQS rejects, so that Lambda calls again', async () => {
    const world = await halfUploaded();
    const openStore = () => Promise.reject(new Error('connection lost'));
    await expect(handleUploads(INI, { ...world.ports, openStore })).rejects.toThrow('connection lost');
    expect(await handleUploads(INI, world.ports)).toEqual({ batchItemFailures: [] });
    expect((await world.job()).input).toBe(RAW);
  });

  it('about nothing of ours does nothing', async () => {
    const world = await halfUploaded();
    await happens(world, s3Event('test-event'), s3Event('removed'), s3Event('plane'), {}, 'x');
    await handleUploads(s3Event('test-event'), world.ports);
    expect(await world.table.listJobs()).toEqual([]);
    expect(world.log).toEqual([]);
  });
});
