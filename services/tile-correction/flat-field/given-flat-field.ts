/** `--flat-field <tiff or folder>`: factors that the user has, checked before they are trusted. */
import { channelFolder } from '../../../shared/acquisition/channel-folder.ts';
import { type FlatField, flatFieldProblem, readFlatField } from '../../../shared/acquisition/flat-field.ts';
import { openStore, splitFileUrl } from '../../../shared/adapters/open-store.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { TiffError } from '../../../shared/formats/tiff/tiff-error.ts';
import { CorrectionError } from './correction-error.ts';

const FLAG = '--flat-field';
/** What the number in `CHNnn` can be in a file name of two digits. */
const MOST_CHANNELS = 100;

/** One TIFF serves every channel; of a folder it is the channel's own. */
export async function readGivenFlatField(
  url: string,
  channel: number,
  tileSize: readonly number[],
): Promise<FlatField> {
  const found = await findFlatField(url, channel, tileSize);
  if (found !== undefined) return found;
  const advice = `Give a TIFF, or a folder with one per channel; auto, none and cloudreg are words.`;
  if (isTiff(url)) throw new CorrectionError(FLAG, `${url}: no such file`, advice);
  const names = namesOf(channel).join(' or ');
  throw new CorrectionError(FLAG, `${url}: no ${names} in it for channel ${channel}`, advice);
}

/**
 * As much of that as can be told before the acquisition is scanned: a flat field is there, and each that is there can
 * be applied. `flatField`: the parameter, whatever it says.
 */
export async function checkGivenFlatField(flatField: string, tileSize: readonly number[]): Promise<void> {
  if (['auto', 'none', 'cloudreg'].includes(flatField)) return;
  const channels = Array.from({ length: isTiff(flatField) ? 1 : MOST_CHANNELS }, (_, channel) => channel);
  let found = 0;
  for (const channel of channels) if (await findFlatField(flatField, channel, tileSize)) found += 1;
  if (found === 0) await readGivenFlatField(flatField, channels[0]!, tileSize);
}

const isTiff = (url: string): boolean => /\.tiff?$/i.test(url);

/** The last is CloudReg's own. */
function namesOf(channel: number): readonly string[] {
  const stem = channelFolder(channel);
  return [`${stem}.tiff`, `${stem}.tif`, `${stem}_bias.tiff`];
}

async function findFlatField(
  url: string,
  channel: number,
  tileSize: readonly number[],
): Promise<FlatField | undefined> {
  const { folder, names } = isTiff(url) ? splitFile(url) : { folder: url, names: namesOf(channel) };
  const store = await openStore(folder);
  for (const name of names) {
    const flatField = await readChecked(store, name, tileSize);
    if (flatField !== undefined) return flatField;
  }
  return undefined;
}

function splitFile(url: string): { readonly folder: string; readonly names: readonly string[] } {
  const { folder, key } = splitFileUrl(url);
  return { folder, names: [key] };
}

async function readChecked(
  store: ObjectStore,
  name: string,
  tileSize: readonly number[],
): Promise<FlatField | undefined> {
  const refuse = (problem: string, cause?: unknown): CorrectionError =>
    new CorrectionError(FLAG, `${store.url}/${name}: ${problem}`, 'Give another file, or auto.', cause);
  let flatField: FlatField | undefined;
  try {
    flatField = await readFlatField(store, name);
  } catch (error) {
    throw error instanceof TiffError ? refuse(error.reason, error) : error;
  }
  const problem = flatField && flatFieldProblem(flatField, tileSize);
  if (problem !== undefined) throw refuse(problem);
  return flatField;
}
