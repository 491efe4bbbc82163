/** `cloudreg link <volume…>`: an address that shows volumes which others can read, too. */
import { Option } from 'commander';
import type { Json } from '../../shared/engine/records.ts';
import type { Affine } from '../../shared/geometry/affine.ts';
import { atlasAffine } from '../../shared/geometry/atlas-affine.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { parseReorientation } from '../../shared/geometry/orientation.ts';
import { inlineLink, PUBLIC_VIEWER } from '../../shared/viewer/link.ts';
import { LAYOUTS, type Layout, type ViewedLayer, viewerState } from '../../shared/viewer/state.ts';
import type { DefineCommand } from '../command.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import { isUrl, placeIn } from '../folders.ts';
import { collect } from '../repeated-flag.ts';
import { line, type Terminal } from '../terminal.ts';
import { parseLayerFlags } from '../viewer/layer-flags.ts';
import { fileLink, postedLink, withSlash } from '../viewer/links.ts';
import { type ViewedVolume, viewedVolumes } from '../viewer/places.ts';
import { pointsLayer } from '../viewer/points-file.ts';
import { viewLayers } from '../viewer/view-layers.ts';

interface Flags {
  readonly layer: readonly string[];
  readonly points: readonly string[];
  readonly layout: Layout;
  readonly at?: string;
  readonly as: 'url' | 'file' | 'server';
  readonly viewer: string;
  readonly stateServer: string;
  readonly outputResolution?: Vec3;
  readonly orientation?: string;
  readonly translation: Vec3;
  readonly rotation: Vec3;
  readonly fixedScale: Vec3;
  readonly json?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument(
      '<volume...>',
      'output folders of jobs, or volumes (precomputed, OME-Zarr): https:// or s3:// URLs, folders with --at',
    )
    .option('--at <url>', 'where the folders are, or will be, served: https://host/path; one for all of them')
    .addOption(
      new Option(
        '--as <form>',
        'url: the state in the address; file: ng_state.json beside the first volume; server: posted',
      )
        .choices(['url', 'file', 'server'])
        .default('url'),
    )
    .option('--viewer <url>', 'which Neuroglancer opens it', PUBLIC_VIEWER)
    .option('--state-server <url>', 'for --as server', 'https://json.neurodata.io/v1')
    .option(
      '--layer <words>',
      'for the first, second, … volume: name=…:type=…:color=…:range=…:affine=…',
      collect,
      [],
    )
    .option(
      '--orientation <from:to>',
      "CloudReg's affine for the second volume (an atlas on the first), for example PIR:LPS",
    )
    .option('--translation <x,y,z>', 'um, with --orientation', parseVector, [0, 0, 0])
    .option('--rotation <x,y,z>', 'degrees about x, y, z, with --orientation', parseVector, [0, 0, 0])
    .option('--fixed-scale <x,y,z>', 'with --orientation', parseVector, [1, 1, 1])
    .option(
      '--output-resolution <x,y,z>',
      'um of a unit of the axes (default: the finest voxel)',
      parseVector,
    )
    .option('--points <file>', 'points to show, .csv or .json, um', collect, [])
    .addOption(new Option('--layout <layout>', 'what to show').choices(LAYOUTS).default('4panel'))
    .option('--json', 'one JSON object on standard output: the link and the state')
    .option('--verbose', 'print errors with their stack')
    .action(async (places: string[], flags: Flags) => exit(await link(terminal, places, flags)));
};

async function link(terminal: Terminal, places: readonly string[], flags: Flags): Promise<number> {
  const volumes = (await Promise.all(places.map(viewedVolumes))).flat();
  const state = await stateOf(volumes, flags);
  const address = await addressOf(volumes[0]!, state, flags);
  line(terminal.out, flags.json ? JSON.stringify({ event: 'link', link: address, state }) : address);
  return EXIT_DONE;
}

async function stateOf(volumes: readonly ViewedVolume[], flags: Flags): Promise<Json> {
  const layerFlags = await Promise.all(flags.layer.map(parseLayerFlags));
  const { layers, problems } = await viewLayers(volumes, layerFlags, (volume) => publicUrl(volume, flags));
  if (problems.length > 0) throw new RefusedError(problems.join('\n'));
  const placed = flags.orientation === undefined ? layers : laidOver(layers, flags.orientation, flags);
  const points = await Promise.all(flags.points.map(pointsLayer));
  const voxelUm = flags.outputResolution;
  return viewerState([...placed, ...points], { layout: flags.layout, ...(voxelUm ? { voxelUm } : {}) });
}

/** A browser elsewhere reads no folder of this machine. */
function publicUrl({ place, folder }: ViewedVolume, { at }: Flags): string {
  if (at !== undefined) return placeIn(at.replace(/\/+$/, ''), folder);
  if (isUrl(place)) return place;
  throw new RefusedError(
    `${place} lies on this machine, where others cannot read it: say with --at https://… where it is served, ` +
      'or look at it here with cloudreg view.',
  );
}

/** As CloudReg's initial alignment: both centred at 0, the second turned onto the first (CLOUDREG section 7.2). */
function laidOver(layers: readonly ViewedLayer[], orientation: string, flags: Flags): readonly ViewedLayer[] {
  const [data, atlas, ...rest] = layers;
  if (data === undefined || atlas === undefined || rest.length > 0)
    throw new RefusedError(
      `--orientation needs two volumes with one channel each, the data and the atlas; found ${layers.length}.`,
    );
  const { from, to } = parseReorientation(orientation);
  const { translation: translationUm, rotation: rotationDegrees, fixedScale: scale } = flags;
  const given = { translationUm, rotationDegrees, scale };
  return [
    moved(data, atlasAffine({ from: to, to, sizeUm: sizeOf(data) })),
    moved(atlas, atlasAffine({ from, to, sizeUm: sizeOf(atlas), ...given })),
  ];
}

function moved(viewed: ViewedLayer, affineUm: Affine): ViewedLayer {
  const { layer } = viewed;
  return layer.type === 'annotation' ? viewed : { ...viewed, layer: { ...layer, affineUm } };
}

function sizeOf({ extent }: ViewedLayer): Vec3 {
  const { startUm, endUm } = extent!;
  return [endUm[0] - startUm[0], endUm[1] - startUm[1], endUm[2] - startUm[2]];
}

async function addressOf(first: ViewedVolume, state: Json, flags: Flags): Promise<string> {
  const { as, viewer, stateServer } = flags;
  if (as === 'url') return inlineLink(withSlash(viewer), state);
  if (as === 'server') return postedLink(viewer, stateServer, state);
  const body = new TextEncoder().encode(`${JSON.stringify(state, null, 1)}\n`);
  const key = first.folder === '' ? 'ng_state.json' : `${first.folder}/ng_state.json`;
  await first.store.put(key, body, { contentType: 'application/json', cacheControl: 'no-cache' });
  return fileLink(viewer, `${publicUrl(first, flags)}/ng_state.json`);
}

function parseVector(text: string): Vec3 {
  const numbers = text.split(',').map(Number);
  const [x, y, z] = numbers.length === 1 ? [numbers[0], numbers[0], numbers[0]] : numbers;
  if (numbers.length <= 3 && [x, y, z].every((value) => Number.isFinite(value)) && text.trim() !== '')
    return [x!, y!, z!];
  throw new RefusedError(`"${text}": expected one number or three, x,y,z.`);
}
