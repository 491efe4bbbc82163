/** A COLM acquisition in memory, with whatever is to be wrong or odd about it. */
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { encodeTiff } from '../../shared/formats/tiff/write.ts';

export interface SmallAcquisition {
  readonly rows: number;
  readonly columns: number;
  /** Width, height, planes. */
  readonly tileSize: readonly [number, number, number];
  readonly channels: readonly number[];
  /** `[section] key = value` lines to replace or add; undefined removes the key. */
  readonly ini: Readonly<Record<string, string | undefined>>;
  readonly cells: string | undefined;
  /** Key of a plane below the store. */
  readonly keyOf: (loc: number, channel: number, plane: number) => string;
}

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

export const flatKey = (loc: number, channel: number, plane: number): string =>
  `VW0/LOC${pad(loc, 3)}/VW0_LOC${pad(loc, 3)}D_CM0_CHN${pad(channel, 2)}_PLN${pad(plane, 4)}.tif`;

const usual: SmallAcquisition = {
  rows: 1,
  columns: 2,
  tileSize: [6, 5, 3],
  channels: [0],
  ini: {},
  cells: undefined,
  keyOf: flatKey,
};

export const pixelAt = (loc: number, channel: number, plane: number, index: number): number =>
  1000 * channel + 200 * loc + 40 * plane + index;

export const planeBytes = (
  [width, height]: readonly number[],
  value: (index: number) => number,
): Uint8Array =>
  encodeTiff(
    width!,
    height!,
    new Uint16Array(width! * height!).map((_, index) => value(index)),
  );

const iniOf = ({ rows, columns, tileSize, channels, ini }: SmallAcquisition): string => {
  const values: Record<string, string | undefined> = {
    'Experiment Settings|X Resolution': `${tileSize[0]}`,
    'Experiment Settings|Y Resolution': `${tileSize[1]}`,
    'Experiment Settings|Num in stack (Top Left Corner)': `${tileSize[2]}`,
    'Experiment Settings|Num Enabled Channels': `${channels.length}`,
    'Objectives|North': 'Olympus 10x 0.6NA',
    'North Scan Region|Num Horizontal': `${columns}`,
    'North Scan Region|Num Vertical': `${rows}`,
    'North Scan Region|Stack Step (mm)': '0.005',
    'North Scan Region Stats|Actual Horizontal Overlap (%)': '20.0',
    'North Scan Region Stats|Actual Vertical Overlap (%)': '20.0',
    ...ini,
  };
  const lines = Object.entries(values).flatMap(([path, value]) => {
    const [section, key] = path.split('|');
    return value === undefined ? [] : [`[${section}]`, `${key} = "${value}"`];
  });
  return lines.join('\r\n');
};

export async function smallAcquisition(options: Partial<SmallAcquisition> = {}): Promise<ObjectStore> {
  const made = { ...usual, ...options };
  const store = memoryStore('memory://brain');
  const cells = made.cells ?? `${'1,'.repeat(made.columns).slice(0, -1)}\r\n`.repeat(made.rows);
  await putText(store, 'Experiment.ini', iniOf(made));
  await putText(store, 'Scanned Cells.txt', cells);
  for (let loc = 0; loc < made.rows * made.columns; loc++)
    for (const channel of made.channels)
      for (let plane = 0; plane < made.tileSize[2]; plane++)
        await store.put(
          made.keyOf(loc, channel, plane),
          planeBytes(made.tileSize, (index) => pixelAt(loc, channel, plane, index)),
        );
  return store;
}

export const putText = (store: ObjectStore, key: string, text: string): Promise<boolean> =>
  store.put(key, new TextEncoder().encode(text));
