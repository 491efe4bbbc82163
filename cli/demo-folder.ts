/** The folder of the demo: made by it alone, so that it may replace what an earlier demo left there. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RefusedError } from './errors.ts';

const MARK = 'cloudreg-demo.json';

export interface DemoFolder {
  readonly path: string;
  readonly acquisition: string;
  readonly volume: string;
  readonly picture: string;
  readonly seamPicture: string;
  /** Atlas, regions and schedule. */
  readonly atlas: string;
  readonly regionPicture: string;
  /** True where an earlier demo made the same acquisition to its end. */
  readonly isMade: boolean;
}

/** `what` describes the acquisition; another one that lies there is removed. Refused where the folder is not a demo's. */
export async function prepareDemoFolder(folder: string, what: object): Promise<DemoFolder> {
  const path = resolve(folder);
  const text = JSON.stringify(what);
  const mark = await readFile(join(path, MARK), 'utf8').catch(() => undefined);
  if (mark === undefined && !(await isEmpty(path)))
    throw new RefusedError(`${path} is not empty and not of an earlier demo: use another --folder.`);
  const acquisition = join(path, 'acquisition');
  const isMade = mark === text;
  if (!isMade) {
    await rm(join(path, MARK), { force: true });
    await rm(acquisition, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
    // Until the acquisition is whole the mark is another's.
    await writeFile(join(path, MARK), '{}');
  }
  return {
    path,
    acquisition,
    volume: join(path, 'volume'),
    picture: join(path, 'plane.png'),
    seamPicture: join(path, 'seam.png'),
    atlas: join(path, 'atlas'),
    regionPicture: join(path, 'regions.png'),
    isMade,
  };
}

export const markAsMade = ({ path }: DemoFolder, what: object): Promise<void> =>
  writeFile(join(path, MARK), JSON.stringify(what));

async function isEmpty(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}
