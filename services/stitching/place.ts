/**
 * stitching.place: where every tile lies in the volume.
 * Reads the acquisition, the camera's noise and, by the alignment's plan, what every layer said of every pair; one task;
 * writes `placement.json`, `pairs.json` (each pair and how it was judged) and `placement.xml` (TeraStitcher's). Where the
 * job is told where its tiles lie (`--placement`), that is taken.
 */
import { acquisitionFile } from '../../shared/acquisition/acquisition.ts';
import { type Placement, placementFile } from '../../shared/acquisition/placement.ts';
import { writeFile } from '../../shared/engine/files.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { defineStep } from '../step.ts';
import { readGivenPlacement } from './given-placement.ts';
import type { AlignmentInputs } from './overlaps/alignment-plan.ts';
import { type Pairs, pairsFile } from './pairs.ts';
import { measuredPlacement } from './placement/measured-placement.ts';
import { nominalPlacement } from './placement/nominal-placement.ts';
import { placementXml } from './terastitcher/placement-xml.ts';

export const PLACEMENT_XML = '.cloudreg/stitching/placement.xml';

export const place = defineStep({
  service: 'stitching',
  name: 'place',
  waitsFor: ['ingest.scan', 'stitching.align'],
  reads: { acquisition: acquisitionFile },
  // Thousands of tiles take a sparse solver a few seconds.
  needs: () => ({ memoryMiB: 256, threads: 1, seconds: 5 }),
  plan: () => ({ count: 1, task: () => null }),
  run: async (_, { inputs, store }) => {
    const { acquisition } = inputs;
    const { placement, pairs } = await placementOf(inputs, store);
    if (pairs !== undefined) await writeFile(store, pairsFile, pairs);
    else await store.delete([pairsFile.key]);
    const xml = new TextEncoder().encode(placementXml(placement, acquisition, pairs));
    await store.put(PLACEMENT_XML, xml, { contentType: 'application/xml' });
    await writeFile(store, placementFile, placement);
  },
});

async function placementOf(
  inputs: AlignmentInputs,
  store: ObjectStore,
): Promise<{ readonly placement: Placement; readonly pairs?: Pairs }> {
  const { acquisition, parameters } = inputs;
  if (parameters.placement === 'auto') return measuredPlacement(inputs, store);
  if (parameters.placement === 'nominal') return { placement: nominalPlacement(acquisition) };
  const { placement, notes } = await readGivenPlacement(parameters.placement, acquisition);
  return { placement: { ...placement, notes: [...notes] } };
}
