import { describe, expect, it } from 'vitest';
import { enqueueConversion } from '../../../cli/cloud/enqueue-conversion.ts';
import { type ConversionParameters, conversionSchema } from '../../../services/conversion-parameters.ts';
import { conversionPlanFile } from '../../../services/ingest/conversion/conversion-plan.ts';
import { convert } from '../../../services/ingest/convert.ts';
import { inspect } from '../../../services/ingest/inspect.ts';
import { jobParameters } from '../../../services/parameters.ts';
import { readFile } from '../../../shared/engine/files.ts';
import { parseMessage } from '../../../shared/engine/messages.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { testVolume } from '../../export/volumes.ts';
import { voxelsOfMip } from '../../services/convert/convert-here.ts';
import { runStep } from '../../services/run-step.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { type MemoryCloud, memoryCloud } from './memory-cloud.ts';

const INPUT = 's3://raw/volume';
const OUTPUT = 's3://volumes/converted';

async function cloudWithVolume() {
  const cloud = memoryCloud();
  const shape = { dataType: 'uint16', sizeVoxels: [30, 20, 10], chunkSize: [16, 16, 8] } as const;
  const { voxels } = await testVolume(
    { ...shape, voxelOffset: [0, 0, 0], resolutionNm: [1000, 1000, 2000], mips: 1 },
    cloud.store(INPUT),
  );
  return { cloud, voxels: voxels[0]! };
}

async function begin(
  cloud: MemoryCloud,
  change: { input?: string; output?: string; conversion?: Partial<ConversionParameters> } = {},
) {
  const terminal = fakeTerminal();
  const conversion = conversionSchema.parse({ sharded: true, ...change.conversion });
  const parameters = { ...jobParameters.parse({ chunkSize: [8, 8, 8] }), conversion };
  const wish = { input: INPUT, output: OUTPUT, ...change, parameters };
  const exitCode = await enqueueConversion(terminal, cloud, wish, {});
  return { exitCode, out: terminal.written.out };
}

describe('convert --enqueue', () => {
  it('says what is to be made, records the job and sends its first plan; consumers do the rest', async () => {
    const { cloud, voxels } = await cloudWithVolume();
    const { exitCode, out } = await begin(cloud);
    expect(exitCode).toBe(0);
    expect(out).toContain('Output: image, 30 x 20 x 10 voxels of uint16, 1 x 1 x 2 um, raw, sharded');
    const [job] = await cloud.engine.table.listJobs();
    expect(out).toContain(`Job ${job!.jobId} is given to cloudreg-test`);
    expect(job).toMatchObject({ input: INPUT, output: OUTPUT });
    expect(Object.keys(job!.generations)).toEqual(['ingest.inspect', 'ingest.convert']);
    const plans = cloud.engine.queues.queue('plans');
    const [first] = await plans.receive({ max: 10, waitSeconds: 0, leaseSeconds: 9 });
    expect(parseMessage(first!.body)).toMatchObject({ message: { kind: 'plan', step: 'ingest.inspect' } });

    const places = { store: cloud.store(OUTPUT), source: cloud.store(INPUT) };
    const { parameters } = job!;
    await runStep(inspect, { ...places, files: [], inputs: {}, parameters });
    const plan = await readFile(places.store, conversionPlanFile);
    await runStep(convert, { ...places, files: [], inputs: { plan }, parameters });
    const volume = await openVolume(places.store);
    expect(volume.mips[0]!.sharding).toBeDefined();
    expect(await voxelsOfMip(volume, 0)).toEqual(voxels);
  });

  it('is refused where other machines cannot reach it', async () => {
    const cloud = memoryCloud();
    await expect(begin(cloud, { input: '/data/slices' })).rejects.toThrow(
      "The input /data/slices is not where the deployment's machines can reach it",
    );
    await expect(begin(cloud, { output: '/data/out' })).rejects.toThrow('The output /data/out is not where');
  });

  it('is refused with the reason where the input cannot become that, and begins nothing', async () => {
    const { cloud } = await cloudWithVolume();
    await expect(begin(cloud, { conversion: { encoding: 'jpeg' } })).rejects.toThrow(
      /Nothing was begun\.\n {2}input: --encoding jpeg holds/,
    );
    expect(await cloud.engine.table.listJobs()).toEqual([]);
    expect(await cloud.store(OUTPUT).head('.cloudreg/job.json')).toBeUndefined();
  });

  it('leaves a volume alone that another program made', async () => {
    const { cloud } = await cloudWithVolume();
    await cloud.store(OUTPUT).put('info', new TextEncoder().encode('{}'));
    await expect(begin(cloud)).rejects.toThrow('holds a volume that no job of this program made (info)');
  });
});
