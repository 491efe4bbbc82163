import { describe, expect, it } from 'vitest';
import { deadLetters } from '../../../cli/commands/dead-letters.ts';
import { planMessage } from '../../../shared/engine/messages.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { type MemoryCloud, memoryCloud } from './memory-cloud.ts';

const PLAN = JSON.stringify(
  planMessage({ jobId: '0123456789abcdef', step: 'ingest.scan', generation: 0, pass: 0 }),
);

async function cloudWithLetters(): Promise<MemoryCloud> {
  const cloud = memoryCloud();
  await cloud.engine.queues.dead('plans').send([
    { body: PLAN, group: 'g' },
    { body: 'rubbish', group: 'g' },
  ]);
  return cloud;
}

type Words = Parameters<typeof deadLetters> extends [infer _T, infer _C, ...infer Rest] ? Rest : never;

async function say(cloud: MemoryCloud, ...words: Words) {
  const terminal = fakeTerminal();
  await deadLetters(terminal, cloud, ...words);
  return terminal.written.out;
}

const depths = async ({ engine: { queues } }: MemoryCloud) => ({
  queue: (await queues.queue('plans').depth()).visible,
  dead: (await queues.dead('plans').depth()).visible,
});

describe('dead letters', () => {
  it('are listed and given back', async () => {
    const cloud = await cloudWithLetters();
    const out = await say(cloud, 'list', undefined, {});
    expect(out).toMatch(/^[0-9a-f]{8} {2}plans {2}job 0123456789abcdef: ingest.scan@0, plan$/m);
    expect(out).toContain('not a message of this program: rubbish');
    expect(out).toContain('2 dead letters');
    expect(await depths(cloud)).toEqual({ queue: 0, dead: 2 });
  });

  it('are shown whole by their id', async () => {
    const cloud = await cloudWithLetters();
    const [id = ''] = /^\S+/m.exec(await say(cloud, 'list', undefined, {})) ?? [];
    expect(await say(cloud, 'show', id, {})).toBe(`${id}  plans\n${PLAN}\n`);
    await expect(say(cloud, 'show', 'ffffffff', {})).rejects.toThrow('no dead letter ffffffff');
  });

  it('are sent to their queue again, all or one', async () => {
    const cloud = await cloudWithLetters();
    const [id = ''] = /^\S+/m.exec(await say(cloud, 'list', undefined, { queue: 'plans' })) ?? [];
    await say(cloud, 'redrive', id, {});
    expect(await depths(cloud)).toEqual({ queue: 1, dead: 1 });
    expect(await say(cloud, 'redrive', undefined, { json: true })).toContain('"event":"redriven"');
    expect(await depths(cloud)).toEqual({ queue: 2, dead: 0 });
  });

  it('are of a queue that exists', async () => {
    await expect(say(memoryCloud(), 'list', undefined, { queue: 'plan' })).rejects.toThrow(
      'there are plans, ingest',
    );
  });
});
