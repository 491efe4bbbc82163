/** What goes over the wire to DynamoDB, and what is made of every kind of answer. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Dynamo, openDynamo } from '../../../../shared/adapters/aws/dynamodb/dynamodb-client.ts';
import { dynamoTable } from '../../../../shared/adapters/aws/dynamodb/job-table.ts';
import { handClock } from '../../../../shared/adapters/memory/clock.ts';
import type { JobTable } from '../../../../shared/engine/ports.ts';
import type { GroupRef, RunRef } from '../../../../shared/engine/records.ts';
import { type Script, type ScriptedServer, startScriptedServer } from '../scripted-server.ts';

const deployment = { name: 'test-one', region: 'eu-west-1' };
const NOW = 1_700_000_000_000;
const EXPIRES = { N: String(NOW / 1000 + 90 * 86_400) };
const run: RunRef = { jobId: 'abcdef', step: 'stitching.fuse', generation: 2, pass: 1 };
const group: GroupRef = { ...run, group: 34 };
const block = { ...run, block: 3 };
const error = { message: 'no plane', worker: 'i-1', at: 5 };

const job = {
  pk: { S: 'abcdef' },
  sk: { S: 'job' },
  input: { S: 's3://in' },
  output: { S: 's3://out' },
  parameters: { S: '{}' },
  pipelineVersion: { S: '1' },
  build: { S: 'b' },
  createdAt: { N: '1' },
  steps: { S: '["a"]' },
  generations: { S: '[["a",0]]' },
  quietUntil: { N: '0' },
};
/** Enough of every kind of record to be read as any. */
const any = {
  ...job,
  size: { N: '256' },
  count: { N: '600' },
  passes: { N: '1' },
  attempts: { SS: ['x'] },
  lastError: { S: JSON.stringify(error) },
};

let server: ScriptedServer;
let dynamo: Dynamo;
afterEach(async () => {
  vi.restoreAllMocks();
  dynamo.destroy();
  await server.stop();
});

async function open(script: Script, maxAttempts = 1) {
  server = await startScriptedServer(script);
  dynamo = await openDynamo(deployment.region, { ...server.client, maxAttempts });
  const units: string[] = [];
  const table = dynamoTable(deployment, {
    dynamo,
    clock: handClock(NOW),
    random: () => 0,
    onConsumed: ({ operation, readUnits, writeUnits }) => {
      units.push(`${operation} ${readUnits} ${writeUnits}`);
    },
  });
  return { table, units };
}

const RUN = 'abcdef/stitching.fuse@2/1';
const ONE = { ':slot': { N: '7' }, ':slots': { NS: ['7'] } };
const NOT_FAILED_NOR_ACCEPTED = 'NOT contains(#failed, :slot) AND NOT contains(#accepted, :slot)';
const NOT_DONE_NOR_ACCEPTED = 'NOT contains(#done, :slot) AND NOT contains(#accepted, :slot)';

interface Write {
  readonly verb: string;
  readonly act: (table: JobTable) => Promise<unknown>;
  readonly key: readonly [string, string];
  /** Beside that the item exists. */
  readonly condition?: string;
  readonly update: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const inGroup = ['abcdef/stitching.fuse@2/1/group/34', 'group'] as const;
const inRun = [RUN, 'run'] as const;
const inBlock = [`${RUN}/block/3`, 'block'] as const;
const inJob = ['abcdef', 'job'] as const;

/** PROTOCOL section 1, line by line. */
const WRITES: readonly Write[] = [
  {
    verb: 'markDone',
    act: (table) => table.markDone(group, 7),
    key: inGroup,
    condition: NOT_FAILED_NOR_ACCEPTED,
    update: 'SET #expires = :expires ADD #done :slots',
    values: { ...ONE, ':expires': EXPIRES },
  },
  {
    verb: 'healDone',
    act: (table) => table.healDone(group, 7),
    key: inGroup,
    condition: 'NOT contains(#accepted, :slot)',
    update: 'SET #expires = :expires ADD #done :slots DELETE #failed :slots',
    values: { ...ONE, ':expires': EXPIRES },
  },
  {
    verb: 'markFailed',
    act: (table) => table.markFailed(group, 7),
    key: inGroup,
    condition: NOT_DONE_NOR_ACCEPTED,
    update: 'SET #expires = :expires ADD #failed :slots',
    values: { ...ONE, ':expires': EXPIRES },
  },
  {
    verb: 'clearFailed',
    act: (table) => table.clearFailed(group, [7, 8]),
    key: inGroup,
    update: 'SET #expires = :expires DELETE #failed :slots',
    values: { ':slots': { NS: ['7', '8'] }, ':expires': EXPIRES },
  },
  {
    verb: 'accept',
    act: (table) => table.accept(group, [7, 8]),
    key: inGroup,
    condition: '#failed = :slots',
    update: 'SET #expires = :expires ADD #accepted :slots REMOVE #failed',
    values: { ':slots': { NS: ['7', '8'] }, ':expires': EXPIRES },
  },
  {
    verb: 'setSent',
    act: (table) => table.setSent(group),
    key: inGroup,
    update: 'SET #expires = :expires, #sent = :true',
    values: { ':true': { BOOL: true }, ':expires': EXPIRES },
  },
  {
    verb: 'setExpanded of a step run',
    act: (table) => table.setExpanded(run),
    key: inRun,
    update: 'SET #expanded = :true',
    values: { ':true': { BOOL: true } },
  },
  {
    verb: 'setExpanded of a block',
    act: (table) => table.setExpanded(block),
    key: inBlock,
    update: 'SET #expires = :expires, #expanded = :true',
    values: { ':true': { BOOL: true }, ':expires': EXPIRES },
  },
  {
    verb: 'groupDone',
    act: (table) => table.groupDone(run, 34, false),
    key: inRun,
    update: 'ADD #done :children DELETE #failed :children',
    values: { ':children': { NS: ['34'] } },
  },
  {
    verb: 'groupDone with gaps',
    act: (table) => table.groupDone(block, 34, true),
    key: inBlock,
    update: 'SET #expires = :expires ADD #accepted :children DELETE #failed :children',
    values: { ':children': { NS: ['34'] }, ':expires': EXPIRES },
  },
  {
    verb: 'groupFailed',
    act: (table) => table.groupFailed(run, 34),
    key: inRun,
    condition: 'NOT contains(#done, :child) AND NOT contains(#accepted, :child)',
    update: 'ADD #failed :children',
    values: { ':children': { NS: ['34'] }, ':child': { N: '34' } },
  },
  {
    verb: 'clearGroups',
    act: (table) => table.clearGroups(run, [34]),
    key: inRun,
    update: 'DELETE #failed :children',
    values: { ':children': { NS: ['34'] } },
  },
  {
    verb: 'stepDone',
    act: (table) => table.stepDone('abcdef', 'a@0'),
    key: inJob,
    update: 'ADD #doneSteps :step DELETE #failedSteps :step',
    values: { ':step': { SS: ['a@0'] } },
  },
  {
    verb: 'stepFailed',
    act: (table) => table.stepFailed('abcdef', 'a@0'),
    key: inJob,
    condition: 'NOT contains(#doneSteps, :name)',
    update: 'ADD #failedSteps :step',
    values: { ':step': { SS: ['a@0'] }, ':name': { S: 'a@0' } },
  },
  {
    verb: 'stepIncomplete',
    act: (table) => table.stepIncomplete('abcdef', 'a@0'),
    key: inJob,
    update: 'ADD #incompleteSteps :step',
    values: { ':step': { SS: ['a@0'] } },
  },
  {
    verb: 'raise',
    act: (table) => table.raise('abcdef', { b: 1, a: 0 }, { a: 1, b: 2 }, 99),
    key: inJob,
    condition: '#generations = :seen',
    update: 'SET #generations = :raised, #quietUntil = :quietUntil',
    values: {
      ':seen': { S: '[["a",0],["b",1]]' },
      ':raised': { S: '[["a",1],["b",2]]' },
      ':quietUntil': { N: '99' },
    },
  },
];

describe('a write to DynamoDB', () => {
  it.each(WRITES)('$verb is one request with its condition, and returns the item after it', async (write) => {
    const { table, units } = await open(() => ({
      ok: { Attributes: any, ConsumedCapacity: { TableName: 'test-one-jobs', CapacityUnits: 1 } },
    }));
    await write.act(table);
    expect(server.asked).toHaveLength(1);
    const [{ operation, body }] = server.asked as [(typeof server.asked)[number]];
    expect(operation).toBe('UpdateItem');
    const { ExpressionAttributeNames: names, ...rest } = body;
    expect(rest).toEqual({
      TableName: 'test-one-jobs',
      Key: { pk: { S: write.key[0] }, sk: { S: write.key[1] } },
      ConditionExpression: ['attribute_exists(#pk)', ...(write.condition ? [write.condition] : [])].join(
        ' AND ',
      ),
      UpdateExpression: write.update,
      ExpressionAttributeValues: write.values,
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ReturnConsumedCapacity: 'TOTAL',
    });
    for (const [placeholder, name] of Object.entries(names)) expect(placeholder).toBe(`#${name}`);
    expect(units).toEqual(['update 0 1']);
  });

  it('takes the item of a refused condition from the answer, without another read', async () => {
    const { table, units } = await open(() => ({
      error: 'ConditionalCheckFailedException',
      item: { ...any, failed: { NS: ['7'] } },
    }));
    expect([...(await table.markDone(group, 7)).failed]).toEqual([7]);
    expect(server.asked).toHaveLength(1);
    expect(units).toEqual(['update 0 1']);
  });

  it('reads again, consistently, where the answer leaves the item out', async () => {
    const { table } = await open(({ operation }) =>
      operation === 'GetItem'
        ? { ok: { Item: { ...any, failed: { NS: ['7'] } } } }
        : { error: 'ConditionalCheckFailedException' },
    );
    expect([...(await table.markDone(group, 7)).failed]).toEqual([7]);
    expect(server.asked[1]).toMatchObject({ operation: 'GetItem', body: { ConsistentRead: true } });
  });

  it('names the record that was never created', async () => {
    const { table } = await open(({ operation }) =>
      operation === 'GetItem' ? { ok: {} } : { error: 'ConditionalCheckFailedException' },
    );
    await expect(table.markDone(group, 7)).rejects.toThrow(
      /no record abcdef\/stitching.fuse@2\/1\/group\/34.*test-one-jobs: it was never created/,
    );
  });

  it('is tried again when throttled, and gives up with a word', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const throttled = { error: 'ProvisionedThroughputExceededException' } as const;
    const { table } = await open((_, earlier) => (earlier < 2 ? throttled : { ok: { Attributes: any } }), 8);
    await table.markDone(group, 7);
    expect(server.asked).toHaveLength(3);
    dynamo.destroy();
    await server.stop();
    const { table: busy } = await open(() => throttled, 3);
    const failure = await busy.markDone(group, 7).catch((caught) => caught);
    expect(failure).toMatchObject({ kind: 'throttled', permanent: false });
    expect(server.asked).toHaveLength(3);
  });

  it('whose answer is lost counts an attempt once, and a raise as done', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const marks = new Set<string>();
    const { table } = await open(({ operation, body }, earlier) => {
      if (operation === 'UpdateItem' && body.UpdateExpression.includes('#attempts')) {
        marks.add(body.ExpressionAttributeValues[':mark'].SS[0]);
        return earlier === 0 ? 'lost' : { ok: { Attributes: { ...any, attempts: { SS: [...marks] } } } };
      }
      const raised = { ...any, generations: { S: '[["a",1]]' }, quietUntil: { N: '99' } };
      return { error: 'ConditionalCheckFailedException', item: raised };
    }, 3);
    expect((await table.countAttempt(run, 7, error)).attempts).toBe(1);
    expect(server.asked).toHaveLength(2);
    expect((await table.raise('abcdef', { a: 0 }, { a: 1 }, 99)).applied).toBe(true);
    expect((await table.raise('abcdef', { a: 0 }, { a: 1 }, 98)).applied).toBe(false);
  });
});

describe('many items of DynamoDB', () => {
  const keysOf = (body: { RequestItems: Record<string, { Keys: unknown[] }> }) =>
    body.RequestItems['test-one-jobs']?.Keys ?? [];

  it('are read in batches of a hundred, page by page, until no key is left unprocessed', async () => {
    const listed = Array.from({ length: 150 }, (_, i) => ({ pk: { S: 'jobs' }, sk: { S: `job-${i}` } }));
    const { table } = await open(({ operation, body }, earlier) => {
      if (operation === 'Query') {
        const from = earlier === 0 ? 0 : 80;
        const Items = listed.slice(from, earlier === 0 ? 80 : 150);
        return { ok: { Items, ...(earlier === 0 ? { LastEvaluatedKey: listed[79] } : {}) } };
      }
      const keys = keysOf(body) as { pk: { S: string } }[];
      const served = earlier === 0 ? keys.slice(0, 72) : keys;
      const undone = keys.slice(served.length);
      return {
        ok: {
          Responses: { 'test-one-jobs': served.map(({ pk }) => ({ ...job, pk })) },
          UnprocessedKeys:
            undone.length > 0 ? { 'test-one-jobs': { Keys: undone, ConsistentRead: true } } : {},
        },
      };
    });
    const jobs = await table.listJobs();
    expect(new Set(jobs.map(({ jobId }) => jobId)).size).toBe(150);
    const asked = server.asked.filter(({ operation }) => operation === 'BatchGetItem');
    expect(asked.map(({ body }) => keysOf(body).length)).toEqual([100, 28, 50]);
    expect(server.asked[1]?.body.ExclusiveStartKey).toEqual(listed[79]);
    expect(server.asked.every(({ body }) => body.ConsistentRead ?? true)).toBe(true);
  });

  it('are deleted in batches of 25, and what stays undone in the end is an error', async () => {
    const { table } = await open(({ body }, earlier) => {
      const undone = body.RequestItems['test-one-jobs'].slice(earlier === 0 ? 20 : 0);
      return { ok: { UnprocessedItems: earlier <= 1 ? { 'test-one-jobs': undone } : {} } };
    });
    await table.resetAttempts(
      run,
      Array.from({ length: 30 }, (_, index) => index),
    );
    const sizes = server.asked.map(({ body }) => body.RequestItems['test-one-jobs'].length);
    expect(sizes).toEqual([25, 5, 5, 5]);
    dynamo.destroy();
    await server.stop();
    const { table: busy } = await open(({ body }) => ({ ok: { UnprocessedItems: body.RequestItems } }));
    await expect(busy.resetAttempts(run, [1, 2])).rejects.toThrow(
      /table test-one-jobs .*2 of a batch were left/,
    );
  });
});

describe('an answer of DynamoDB that cannot be used', () => {
  it.each([
    [
      'ResourceNotFoundException',
      'missing',
      /table test-one-jobs \(deployment test-one, eu-west-1\).*does not exist/,
    ],
    ['AccessDeniedException', 'denied', /access denied.*permission/],
    ['ExpiredTokenException', 'expired', /log in again/i],
    ['UnrecognizedClientException', 'credentials', /AWS_PROFILE/],
  ])('%s is %s', async (name, kind, text) => {
    const { table } = await open(() => ({ error: name }));
    const failure = await table.getJob('abcdef').catch((caught) => caught);
    expect(failure.kind).toBe(kind);
    expect(failure.message).toMatch(text);
  });

  it('names an item that something else wrote, and what is wrong with it', async () => {
    const { table } = await open(() => ({ ok: { Item: { ...any, size: { S: 'many' } } } }));
    await expect(table.getGroup(group)).rejects.toThrow(
      /abcdef \/ job holds {"S":"many"} as "size", expected a number/,
    );
    dynamo.destroy();
    await server.stop();
    const { table: other } = await open(() => ({ ok: { Item: { ...any, steps: { S: '[broken' } } } }));
    await expect(other.getJob('abcdef')).rejects.toThrow(/"steps", expected JSON/);
  });

  it('is said to be none when it is no JSON', async () => {
    const { table } = await open(() => ({ raw: '<html>' }));
    await expect(table.getJob('abcdef')).rejects.toThrow(/table test-one-jobs .*cannot read an item/);
  });
});
