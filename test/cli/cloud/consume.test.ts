import { describe, expect, it } from 'vitest';
import { lookAtMachine } from '../../../cli/cloud/this-machine.ts';
import { cloudreg } from '../../../cli/program.ts';
import { startImdsServer } from '../../cloud/servers/imds-server.ts';
import { fakeTerminal } from '../fake-terminal.ts';

async function refused(...words: string[]): Promise<string> {
  const terminal = fakeTerminal();
  expect(await cloudreg(['consume', ...words], terminal)).toBe(2);
  return terminal.written.err;
}

describe('consume', () => {
  it('refuses a queue that the pipeline has not, and says which was meant', async () => {
    expect(await refused('stiching')).toContain('did you mean stitching?');
    expect(await refused('weather')).toContain('the queues are plans, ingest');
  });

  it('refuses times that cannot be kept', async () => {
    expect(await refused('plans', '--lease', '2')).toContain('expected 3 to 43200 seconds');
    expect(await refused('plans', '--until-idle', 'soon')).toContain('--until-idle is "soon"');
  });

  it('refuses a hook without its group', async () => {
    const where = ['--deployment', 'cloudreg-test', '--region', 'us-east-1'];
    expect(await refused('plans', ...where, '--lifecycle-hook', 'drain')).toContain('only "drain" was given');
  });
});

describe('the machine of a consumer', () => {
  it('is called by its instance id on EC2', async () => {
    const server = await startImdsServer({ 'instance-id': 'i-0123' });
    const machine = await lookAtMachine({ AWS_EC2_METADATA_SERVICE_ENDPOINT: server.endpoint });
    expect(machine.id).toBe('i-0123');
    await server.close();
  });

  it('is called by its process elsewhere, which gets no notices', async () => {
    const machine = await lookAtMachine({ AWS_EC2_METADATA_DISABLED: 'true' });
    expect(machine.id).toMatch(new RegExp(`-${process.pid}$`));
    const troubles: Error[] = [];
    const interruptions = machine.interruptions(undefined, (error) => troubles.push(error));
    expect(await interruptions.next(AbortSignal.abort())).toBeUndefined();
    expect(troubles).toEqual([]);
  });
});
