/** Planes whose headers were right but whose pixels could not be decoded: gaps that only fusion can find. */
import { z } from 'zod';
import type { DamagedPlaneError } from '../../../shared/acquisition/acquisition-errors.ts';
import { writeFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { StepFile } from '../../../shared/engine/step.ts';
import type { Box } from '../../../shared/geometry/box.ts';
import { channelFolder } from '../../output-volume.ts';

const damagedPlanes = z.object({
  format: z.literal('cloudreg-damaged-planes/1'),
  channel: z.number().int(),
  planes: z.array(z.object({ key: z.string(), reason: z.string() })),
});

export const DAMAGED_FOLDER = '.cloudreg/stitching/damaged/';

/** One file per block that met damage; a report for people, read by no step. */
const damagedPlanesFile = (channel: number, { start }: Box): StepFile<z.infer<typeof damagedPlanes>> => ({
  key: `${DAMAGED_FOLDER}${channelFolder(channel)}_${start.join('_')}.json`,
  schema: damagedPlanes,
});

export async function writeDamaged(
  store: ObjectStore,
  channel: number,
  block: Box,
  damaged: readonly DamagedPlaneError[],
): Promise<void> {
  if (damaged.length === 0) return;
  const planes = damaged.map(({ key, reason }) => ({ key, reason }));
  await writeFile(store, damagedPlanesFile(channel, block), {
    format: 'cloudreg-damaged-planes/1',
    channel,
    planes,
  });
}
