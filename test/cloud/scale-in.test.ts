/** The program of a machine that its fleet gives up: it ends by itself with 0, once the hook is completed. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { folderForTests } from '../end-to-end/binary.ts';
import { runsAll } from '../long.ts';
import { type LocalCloud, startLocalCloud } from './local-cloud.ts';
import { type ImdsServer, startImdsServer } from './servers/imds-server.ts';
import { waitFor } from './wait-for.ts';

const home = folderForTests();
const logFolder = join(home.path, 'logs');
const completed: string[] = [];
const fleet = createServer(async (request, response) => {
  completed.push(await text(request));
  response.setHeader('content-type', 'text/xml');
  response.end(
    '<CompleteLifecycleActionResponse><CompleteLifecycleActionResult/></CompleteLifecycleActionResponse>',
  );
});
let imds: ImdsServer;
let cloud: LocalCloud;

beforeAll(async () => {
  await new Promise<void>((resolve) => fleet.listen(0, '127.0.0.1', resolve));
  imds = await startImdsServer({
    'instance-id': 'i-0123',
    'autoscaling/target-lifecycle-state': 'InService',
  });
  cloud = await startLocalCloud({
    logFolder,
    environment: {
      AWS_EC2_METADATA_DISABLED: 'false',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.endpoint,
      AWS_ENDPOINT_URL_AUTO_SCALING: `http://127.0.0.1:${(fleet.address() as AddressInfo).port}`,
    },
  });
}, 60_000);
afterAll(async () => {
  await cloud.stop();
  await imds.close();
  fleet.close();
  home.remove();
});

function events(): { readonly event: string; readonly worker: string }[] {
  const file = join(logFolder, 'plans.log');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  // Its metrics are lines of the same file, and no events.
  return lines.map((line) => JSON.parse(line)).filter(({ event }) => event !== undefined);
}

it.runIf(runsAll)(
  'a consumer that its fleet gives up leaves, tells the fleet, and ends with 0',
  async () => {
    const words = ['consume', 'plans', '--lifecycle-hook', 'drain', '--auto-scaling-group', 'planners'];
    const consumer = cloud.start({ name: 'plans', script: 'cloudreg', words });
    const has = (name: string) => async () => events().some(({ event }) => event === name);
    await waitFor(has('started'), { seconds: 30, why: 'the consumer did not start' });
    imds.texts.set('autoscaling/target-lifecycle-state', 'Terminated');
    await waitFor(has('notice'), { seconds: 30, why: 'the consumer saw no notice' });
    // Ends its last poll, which would take up to 20 s.
    await cloud.open.queues.queue('plans').send([{ body: 'wake up', group: 'test' }]);
    expect(await consumer.ended).toBe(0);
    expect(events().map(({ event }) => event)).toEqual(['started', 'notice', 'handed-back', 'ended']);
    expect(new Set(events().map(({ worker }) => worker))).toEqual(new Set(['i-0123-plans']));
    expect(completed).toEqual([expect.stringContaining('AutoScalingGroupName=planners')]);
  },
  90_000,
);
