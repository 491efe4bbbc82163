/** The report's pictures: which are drawn, and under which names. */
import { type Correction, readCorrection } from '../../../shared/acquisition/correction.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { channelFolder } from '../../output-volume.ts';
import { previewFrame } from '../preview/preview-frame.ts';
import { type Album, openAlbum } from './album.ts';
import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { flatFieldPicture } from './flat-field-picture.ts';
import { type MeasuredSeam, seeSeam } from './measure-seams.ts';
import { type Places, whereOf } from './places.ts';
import type { Phase } from './seam.ts';
import { hasStructure, matchOf } from './seam-findings.ts';
import { seamPicture } from './seam-picture.ts';
import { contactSheet } from './sheet/contact-sheet.ts';
import { readSections } from './sheet/sections.ts';
import { tilePicture } from './tile-picture.ts';

/** Keys in the output. */
export interface Pictures {
  /** One of each finding shown first, in their order. */
  readonly spots: readonly (string | null)[];
  readonly worstSeam: string | null;
  readonly typicalSeam: string | null;
  readonly flatFields: ReadonlyMap<number, string>;
  readonly contactSheets: ReadonlyMap<number, string>;
  /** What could not be drawn, and why: a sentence each. */
  readonly notes: readonly string[];
}

export async function drawPictures(
  evidence: Evidence,
  top: readonly Finding[],
  places: Places,
  store: ObjectStore,
): Promise<Pictures> {
  const album = openAlbum(store);
  const contactSheets = await drawSheets(evidence, store, album);
  const drawSeam = seamDrawer(evidence);
  const spots: (string | null)[] = [];
  for (const [n, finding] of top.entries())
    spots.push(
      await album.put(`worth-a-look-${n + 1}`, () => spotPicture(evidence, finding, places, store, drawSeam)),
    );
  const { worst, typical } = examples(evidence.measurement.seams);
  const pictures = {
    spots,
    worstSeam: await album.put('seam-worst', async () => worst && drawSeam(worst)),
    typicalSeam: await album.put('seam-typical', async () => typical && drawSeam(typical)),
    flatFields: await drawFlatFields(evidence, store, album),
    contactSheets,
  };
  return { ...pictures, notes: await album.close() };
}

/** A pair is shown by its overlap; what concerns one tile, or an overlap that cannot be seen, by where it lies. */
async function spotPicture(
  evidence: Evidence,
  finding: Finding,
  places: Places,
  store: ObjectStore,
  drawSeam: SeamDrawer,
): Promise<Uint8Array | undefined> {
  const { channel, placement, measurement } = evidence;
  const seam = findSeam(measurement.seams, finding);
  const drawn = seam && (await drawSeam(seam));
  if (drawn !== undefined) return drawn;
  const { voxel } = whereOf(finding, places, placement.voxelSizeUm, seam?.height);
  return tilePicture(store, channel, placement, { tile: places(finding.tiles[0]!), voxel });
}

export const findSeam = (
  seams: readonly MeasuredSeam[],
  { kind, tiles: [a, b, ...others] }: Finding,
): MeasuredSeam | undefined =>
  kind === 'island' || b === undefined || others.length > 0
    ? undefined
    : seams.find(({ seam }) => seam.a.loc === a && seam.b.loc === b);

type SeamDrawer = (measured: MeasuredSeam) => Promise<Uint8Array | undefined>;

/** Each seam is drawn once: the worst one is often what is most worth a look. */
function seamDrawer({ reader, placement }: Evidence): SeamDrawer {
  const drawn = new Map<MeasuredSeam, Uint8Array | undefined>();
  return async (measured) => {
    const { seam, height, seen } = measured;
    if (height === undefined) return undefined;
    if (!drawn.has(measured)) {
      const shown = seen ?? (await seeSeam(reader, seam, height));
      drawn.set(measured, await seamPicture(measured, shown, placement.voxelSizeUm[0]));
    }
    return drawn.get(measured);
  };
}

/**
 * Of the overlaps with something to see, or of all where none has: the one that matches worst, and one that the stage
 * misplaced as usual.
 */
function examples(seams: readonly MeasuredSeam[]): {
  readonly worst: MeasuredSeam | undefined;
  readonly typical: MeasuredSeam | undefined;
} {
  const seen = seams.filter(({ after }) => after !== null);
  const clear = seen.filter(({ after }) => hasStructure(after));
  const visible = clear.length > 0 ? clear : seen;
  const byMatch = (phase: Phase): MeasuredSeam[] => {
    const match = ({ [phase]: figures }: MeasuredSeam): number => (figures === null ? 0 : matchOf(figures));
    return [...visible].sort((s, t) => match(s) - match(t));
  };
  return { worst: byMatch('after')[0], typical: byMatch('before')[visible.length >> 1] };
}

async function drawFlatFields(
  { corrections, acquisition }: Evidence,
  store: ObjectStore,
  album: Album,
): Promise<Map<number, string>> {
  const keys = new Map<number, string>();
  for (const { channel } of corrections) {
    const { flatField }: Correction = await readCorrection(store, channel, acquisition.tileSize);
    if (flatField === undefined) continue;
    const name = `flat-field-${channelFolder(channel)}`;
    const key = await album.put(name, () => flatFieldPicture(channel, flatField));
    if (key !== null) keys.set(channel, key);
  }
  return keys;
}

async function drawSheets(
  evidence: Evidence,
  store: ObjectStore,
  album: Album,
): Promise<Map<number, string>> {
  const { corrections, placement } = evidence;
  const frame = previewFrame(evidence);
  const keys = new Map<number, string>();
  for (const { channel } of corrections) {
    const key = await album.put(`preview-${channelFolder(channel)}`, async () =>
      contactSheet({ channel, placement, frame, sections: await readSections(store, channel) }),
    );
    if (key !== null) keys.set(channel, key);
  }
  return keys;
}
