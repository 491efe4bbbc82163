/** The pictures of a report as files. One that cannot be drawn is left out and said: the volume is right without it. */
import { REPORT_FOLDER } from '../../../shared/acquisition/quality-report.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { canDrawWords, DrawingError } from '../../../shared/pictures/drawing.ts';

export interface Album {
  /** Key of the picture; null where there is nothing to draw (undefined), or where it cannot be drawn. */
  put(name: string, draw: () => Promise<Uint8Array | undefined>): Promise<string | null>;
  /** Deletes pictures of an earlier generation; returns what people should know of the others, a sentence each. */
  close(): Promise<readonly string[]>;
}

export function openAlbum(store: ObjectStore): Album {
  const kept = new Set<string>();
  const problems = new Set<string>();
  return {
    async put(name, draw) {
      const png = await unlessUndrawable(draw, (problem) => problems.add(problem));
      if (png === undefined) return null;
      const key = `${REPORT_FOLDER}${name}.png`;
      await store.put(key, png, { contentType: 'image/png' });
      kept.add(key);
      return key;
    },
    async close() {
      await deleteOthers(store, kept);
      const hasWords = await unlessUndrawable(canDrawWords, (problem) => problems.add(problem));
      return notesOf(problems, hasWords === true);
    },
  };
}

async function unlessUndrawable<T>(
  draw: () => Promise<T>,
  note: (problem: string) => void,
): Promise<T | undefined> {
  try {
    return await draw();
  } catch (error) {
    if (!(error instanceof DrawingError)) throw error;
    note(error.message);
    return undefined;
  }
}

function notesOf(problems: ReadonlySet<string>, hasWords: boolean): readonly string[] {
  if (problems.size > 0)
    return [
      `Pictures are missing (${[...problems].join('; ')}). Figures and volumes are not concerned; ` +
        'where cloudreg doctor finds nothing wrong with sharp, --redo stitching.report draws them.',
    ];
  if (hasWords) return [];
  return [
    'Pictures are without words, for this machine has no font: install one (on Debian the package fonts-dejavu-core); ' +
      '--redo stitching.report draws them again.',
  ];
}

/** Other steps draw into the folder at the same time. */
const OF_REPORTS = /^(preview|worth-a-look|seam|flat-field)-.*\.png$/;

async function deleteOthers(store: ObjectStore, kept: ReadonlySet<string>): Promise<void> {
  const stale: string[] = [];
  for await (const { key } of store.list(REPORT_FOLDER))
    if (OF_REPORTS.test(key.slice(REPORT_FOLDER.length)) && !kept.has(key)) stale.push(key);
  if (stale.length > 0) await store.delete(stale);
}
