/** `cloudreg regions <volume> --registration <folder>`: voxels, volume, mean and sum of every region, as CSV. */
import { rename, writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { toUrl } from '../../shared/adapters/open-store.ts';
import { csvCell } from '../../shared/registration/files/csv.ts';
import { type LoadedTransform, loadTransform } from '../../shared/registration/files/load-transform.ts';
import {
  measureLabels,
  type RegionSum,
  withParents,
} from '../../shared/registration/regions/measure-regions.ts';
import { type Ontology, parseOntology } from '../../shared/registration/regions/ontology.ts';
import { objectAt } from '../../shared/registration/source/object-at.ts';
import { openSource } from '../../shared/registration/source/open-source.ts';
import { type SourceVolume, scaleFor } from '../../shared/registration/source/source-volume.ts';
import type { DefineCommand } from '../command.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import { createCounter } from '../progress/counter.ts';
import { counted } from '../quantities.ts';
import { line, type Terminal } from '../terminal.ts';

interface Flags {
  readonly registration: string;
  readonly ontology?: string;
  readonly resolution: number;
  readonly output?: string;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument(
      '<volume>',
      'the registered volume or another channel of it: precomputed, OME-Zarr, .nrrd, .nii or .nii.gz',
    )
    .requiredOption('--registration <folder>', 'output folder of the job that registered')
    .option(
      '--ontology <file>',
      'regions with names and parents, .json or .csv (default: that of the registration)',
    )
    .option(
      '--resolution <um>',
      'measure on the coarsest resolution whose voxels are no longer',
      positive,
      15,
    )
    .option('--output <file>', 'CSV file to write (default: standard output)')
    .option('--verbose', 'print errors with their stack')
    .action(async (volume: string, flags: Flags) => exit(await regions(terminal, volume, flags)));
};

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('expected a number above 0.');
}

async function regions(terminal: Terminal, place: string, flags: Flags): Promise<number> {
  const loaded = await loadTransform(flags.registration);
  const labels = await openParcellation(loaded);
  const ontology = await ontologyFor(loaded, flags.ontology);
  const volume = await openSource(place);
  const scale = scaleFor(volume, flags.resolution);
  const counter = createCounter(terminal, 'regions', false);
  const own = await measureLabels(loaded, volume, scale, labels, (share) =>
    counter.show(Math.round(100 * share), 100),
  );
  counter.end();
  const text = table(own, ontology, volume.scales[scale]!.voxelSizeUm);
  if (flags.output === undefined) terminal.out.write(text);
  else {
    await writeFile(`${flags.output}.part`, text);
    await rename(`${flags.output}.part`, flags.output);
    line(terminal.out, `${counted(own.size, 'region')} written to ${flags.output}.`);
  }
  return EXIT_DONE;
}

/** The copy that the job made goes when it is cleaned; the volume that was named stays. */
async function openParcellation({ transform, url }: LoadedTransform): Promise<SourceVolume> {
  const { parcellation } = transform;
  if (parcellation === null)
    throw new RefusedError(`The registration in ${url} has no parcellation: register with --parcellation.`);
  try {
    return await openSource(parcellation.imageUrl);
  } catch (error) {
    if (parcellation.imageUrl === parcellation.url) throw error;
    return openSource(parcellation.url);
  }
}

async function ontologyFor({ transform }: LoadedTransform, given: string | undefined): Promise<Ontology> {
  const url = given === undefined ? transform.ontologyUrl : toUrl(given);
  if (url === null) return new Map();
  const { name, bytes } = await objectAt(url);
  return parseOntology(bytes, name);
}

/** Without the noise of the arithmetic's last digits. */
const figure = (value: number): string => String(Number(value.toPrecision(12)));

function table(
  own: ReadonlyMap<string, RegionSum>,
  ontology: Ontology,
  [x, y, z]: readonly [number, number, number],
): string {
  const mm3 = (x * y * z) / 1e9;
  const all = withParents(own, ontology);
  const order = [...ontology.keys(), ...[...own.keys()].filter((id) => !ontology.has(id)).sort()];
  const rows = order
    .filter((id) => all.has(id))
    .map((id) => {
      const { voxels, sum } = all.get(id)!;
      const { acronym = '', name = '', parent = '' } = ontology.get(id) ?? {};
      const figures = [voxels, voxels * mm3, sum / voxels, sum, own.get(id)?.voxels ?? 0].map(figure);
      return [id, acronym, name, parent, ...figures].map(csvCell).join(',');
    });
  return `${['id,acronym,name,parent_id,voxels,volume_mm3,mean,sum,own_voxels', ...rows].join('\n')}\n`;
}
