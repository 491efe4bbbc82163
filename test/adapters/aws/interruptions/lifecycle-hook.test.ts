import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it, vi } from 'vitest';
import { completeLifecycleHook } from '../../../../shared/adapters/aws/interruptions/lifecycle-hook.ts';

afterEach(() => vi.unstubAllEnvs());

it('a lifecycle action is completed by the names of hook, group and machine', async () => {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    response.setHeader('content-type', 'text/xml');
    response.end(
      '<CompleteLifecycleActionResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><CompleteLifecycleActionResult/></CompleteLifecycleActionResponse>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL_AUTO_SCALING', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  await completeLifecycleHook({ hook: 'drain', group: 'stitching', region: 'us-east-1' }, 'i-0123');
  expect(Object.fromEntries(new URLSearchParams(bodies[0]))).toMatchObject({
    Action: 'CompleteLifecycleAction',
    LifecycleHookName: 'drain',
    AutoScalingGroupName: 'stitching',
    InstanceId: 'i-0123',
    LifecycleActionResult: 'CONTINUE',
  });
  server.close();
});
