/** Planes whose headers were right but whose pixels could not be decoded: gaps that only fusion can find. */
import { z } from 'zod';
import type { DamagedPlaneError } from '../../../shared/acquisition/acquisition-errors.ts';
import { readFileIfPresent, writeFile } from '../../../shared/engine/files.ts';
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

type DamagedPlanes = z.infer<typeof damagedPlanes>;

export type DamagedPlane = Readonly<DamagedPlanes['planes'][number]>;

const damagedPlanesFile = (key: string): StepFile<DamagedPlanes> => ({ key, schema: damagedPlanes });

/** One file per block that met damage; for people, read by no step. */
const blockKey = (channel: number, { start }: Box): string =>
  `${DAMAGED_FOLDER}${channelFolder(channel)}_${start.join('_')}.json`;

export async function writeDamaged(
  store: ObjectStore,
  channel: number,
  block: Box,
  damaged: readonly DamagedPlaneError[],
): Promise<void> {
  if (damaged.length === 0) return;
  const planes = damaged.map(({ key, reason }) => ({ key, reason }));
  await writeFile(store, damagedPlanesFile(blockKey(channel, block)), {
    format: 'cloudreg-damaged-planes/1',
    channel,
    planes,
  });
}

/** Of all channels and blocks, each plane once, by key. */
export async function readDamaged(store: ObjectStore): Promise<DamagedPlane[]> {
  const found = new Map<string, DamagedPlane>();
  for await (const { key } of store.list(DAMAGED_FOLDER)) {
    const file = await readFileIfPresent(store, damagedPlanesFile(key));
    for (const plane of file?.planes ?? []) found.set(plane.key, plane);
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
