/** `cloudreg view <volume…>`: volumes in the browser, by Neuroglancer, without anything to install or to upload. */
import { Option } from 'commander';
import { LAYOUTS, type Layout, viewerState } from '../../shared/viewer/state.ts';
import type { DefineCommand } from '../command.ts';
import { EXIT_DONE, EXIT_FAILED, RefusedError } from '../errors.ts';
import { isUrl, shortPath } from '../folders.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { collect } from '../repeated-flag.ts';
import { line, type Terminal } from '../terminal.ts';
import { openBrowser } from '../viewer/browser.ts';
import { readLabelNames } from '../viewer/label-names.ts';
import { type LayerFlags, parseLayerFlags } from '../viewer/layer-flags.ts';
import { type ViewedVolume, viewedVolumes } from '../viewer/places.ts';
import { pointsLayer } from '../viewer/points-file.ts';
import { takeScreenshot } from '../viewer/screenshot.ts';
import { clientFolder } from '../viewer/server/client-answer.ts';
import { type LocalServer, startLocalServer } from '../viewer/server/local-server.ts';
import { type GivenLabels, viewLayers } from '../viewer/view-layers.ts';

interface Flags {
  readonly layer: readonly string[];
  readonly points: readonly string[];
  readonly ontology?: string;
  readonly layout: Layout;
  readonly port: number;
  readonly open: boolean;
  readonly proxy?: true;
  readonly printState?: true;
  readonly screenshot?: string;
  readonly size: readonly [number, number];
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument(
      '<volume...>',
      'output folders of jobs, or volumes (precomputed, OME-Zarr): folders, https:// or s3:// URLs',
    )
    .option(
      '--layer <words>',
      'for the first, second, … volume: name=…:type=…:color=…:range=…:affine=…',
      collect,
      [],
    )
    .option(
      '--points <file>',
      'points to show, .csv or .json as transform-points writes them, um',
      collect,
      [],
    )
    .option('--ontology <file>', 'names and colours of labels, .json or .csv')
    .addOption(new Option('--layout <layout>', 'what to show').choices(LAYOUTS).default('4panel'))
    .option('--port <number>', 'of the local server; 0: a free one', parsePort, 0)
    .option('--no-open', 'only print the address')
    .option('--proxy', 'read s3:// volumes here with your credentials; the browser reads public ones only')
    .option('--print-state', "print Neuroglancer's state instead, and end")
    .option('--screenshot <file>', 'write a picture (.png) by a Chromium without window, and end')
    .option('--size <size>', 'of the picture, width x height', parseSize, [1280, 800])
    .option('--verbose', 'print errors with their stack')
    .action(async (places: string[], flags: Flags) => exit(await view(terminal, places, flags)));
};

async function view(terminal: Terminal, places: readonly string[], flags: Flags): Promise<number> {
  const layerFlags = await Promise.all(flags.layer.map(parseLayerFlags));
  const volumes = (await Promise.all(places.map(viewedVolumes))).flat();
  const files = new Map<string, string>();
  const server = await startLocalServer({
    client: await clientFolder(),
    stores: volumes.map(({ store }) => store),
    files,
    port: flags.port,
    onReport: (text) => line(terminal.err, `The viewer: ${text}`),
  });
  try {
    const names = flags.ontology === undefined ? undefined : await readLabelNames(flags.ontology);
    if (names) files.set('labels/info', names.properties);
    const labels = names && { segmentColors: names.segmentColors, propertiesUrl: `${server.url}labels` };
    const { state, problems } = await stateOf(volumes, layerFlags, flags, server, labels);
    for (const problem of problems) line(terminal.err, `cloudreg: ${problem}`);
    files.set('state.json', JSON.stringify(state, null, 1));
    if (flags.printState) line(terminal.out, files.get('state.json'));
    else if (flags.screenshot) await picture(terminal, server, flags, flags.screenshot);
    else await serve(terminal, server, flags);
    return problems.length === 0 ? EXIT_DONE : EXIT_FAILED;
  } finally {
    await server.close();
  }
}

async function stateOf(
  volumes: readonly ViewedVolume[],
  layerFlags: readonly LayerFlags[],
  { points, layout, proxy }: Flags,
  { url }: LocalServer,
  labels: GivenLabels | undefined,
) {
  const urlOf = (volume: ViewedVolume): string =>
    isUrl(volume.place) && !proxy ? volume.place : `${url}data/${volumes.indexOf(volume)}${below(volume)}`;
  const { layers, problems } = await viewLayers(volumes, layerFlags, urlOf, labels);
  const pointLayers = await Promise.all(points.map(pointsLayer));
  return { state: viewerState([...layers, ...pointLayers], { layout }), problems };
}

const below = ({ folder }: ViewedVolume): string => (folder === '' ? '' : `/${folder}`);

/** The state lies beside the page: the address stays short enough to be read. */
const addressOf = ({ url }: LocalServer): string => `${url}#!${url}state.json`;

const DRAWING_LIMIT_SECONDS = 60;

async function picture(
  terminal: Terminal,
  server: LocalServer,
  { size }: Flags,
  file: string,
): Promise<void> {
  const [width, height] = size;
  await takeScreenshot(addressOf(server), { file, width, height, limitSeconds: DRAWING_LIMIT_SECONDS });
  line(terminal.out, `Picture: ${shortPath(file)}`);
}

async function serve(terminal: Terminal, server: LocalServer, { open }: Flags): Promise<void> {
  const address = addressOf(server);
  line(terminal.out, address);
  if (open && !(await openBrowser(address)))
    line(terminal.err, 'No browser could be opened: open the address above yourself.');
  line(terminal.err, 'Ctrl-C ends the viewer.');
  await new Promise<void>((resolve) => {
    const interrupts = listenForInterrupts({ onDrain: resolve, onStop: () => {} });
    interrupts.drain.addEventListener('abort', () => interrupts.dispose());
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port;
  throw new RefusedError(`--port ${text}: expected a whole number from 0 to 65535.`);
}

function parseSize(text: string): readonly [number, number] {
  const [width = 0, height = 0, ...rest] = text.split('x').map(Number);
  const sound = (pixels: number): boolean => Number.isInteger(pixels) && pixels >= 100 && pixels <= 8192;
  if (rest.length === 0 && sound(width) && sound(height)) return [width, height];
  throw new RefusedError(`--size ${text}: expected width x height in pixels, for example 1280x800.`);
}
