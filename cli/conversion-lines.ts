/** What a conversion reads and makes, and what became of voxels that its type cannot hold. */
import { readClippedVoxels } from '../services/ingest/conversion/clipped-voxels.ts';
import { type ConversionPlan, conversionPlanFile } from '../services/ingest/conversion/conversion-plan.ts';
import { TRANSFORM_FILE } from '../services/ingest/conversion/describe-converted.ts';
import { readFileIfPresent } from '../shared/engine/files.ts';
import type { ObjectStore } from '../shared/engine/ports.ts';
import { counted } from './quantities.ts';
import { line, type Terminal } from './terminal.ts';

/** Before it begins. */
export function tellConversion(terminal: Terminal, plan: ConversionPlan, json: boolean): void {
  for (const text of inputLines(plan))
    line(terminal.out, json ? JSON.stringify({ event: 'note', text }) : text);
}

function inputLines({ sizeVoxels, dtype, channels, type, mips, warnings }: ConversionPlan): string[] {
  const { sizeVoxels: size, dataType, resolutionNm, labelBlock, picture, sharding } = mips[0]!;
  const um = resolutionNm.map((nm) => nm / 1000).join(' x ');
  const encoding = labelBlock ? 'compressed_segmentation' : (picture ?? 'raw');
  const ofChannels = channels === 1 ? '' : `, ${channels} channels`;
  return [
    `Input: ${sizeVoxels.join(' x ')} voxels of ${dtype}${ofChannels}`,
    `Output: ${type}, ${size.join(' x ')} voxels of ${dataType}, ${um} um, ${encoding}${sharding ? ', sharded' : ''}, ${counted(mips.length, 'resolution')}`,
    ...warnings.map((warning) => `Warning: ${warning}`),
  ];
}

/** After its end; none of other jobs, and none once the intermediate files are cleaned away. */
export async function conversionLines(store: ObjectStore): Promise<string[]> {
  const plan = await readFileIfPresent(store, conversionPlanFile);
  if (plan === undefined) return [];
  const clipped = await readClippedVoxels(store);
  const { dataType } = plan.mips[0]!;
  const frame = `Where it lies, as the input says: ${TRANSFORM_FILE} (for a layer's transform in Neuroglancer)`;
  const cut = `  Warning: ${counted(clipped, 'voxel')} of ${plan.dtype} lay outside ${dataType} and were cut to its range: give another --dtype to keep them.`;
  return [...(plan.transform === null ? [] : [frame]), ...(clipped === 0 ? [] : [cut])];
}
