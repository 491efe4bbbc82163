/** How TeraStitcher finds the planes of a tile: a folder, a pattern for file names, and which planes are there. */
import { fileURLToPath } from 'node:url';
import type { Acquisition, Stack } from '../../../shared/acquisition/acquisition.ts';
import { planeRanges } from '../../../shared/acquisition/problems.ts';
import type { WritableStack } from '../../../shared/formats/terastitcher/write-project.ts';

export type StackImages = Pick<WritableStack, 'isScanned' | 'directory' | 'planeRanges' | 'imagePattern'>;

const NO_IMAGES: StackImages = { isScanned: false, directory: '', planeRanges: [], imagePattern: '' };

export function stackImages(stack: Stack | undefined, planes: number): StackImages {
  if (stack === undefined) return NO_IMAGES;
  const missing = new Set(stack.missing);
  const present = Array.from({ length: planes }, (_, plane) => plane).filter((plane) => !missing.has(plane));
  if (present.length === 0) return NO_IMAGES;
  const { directory, name } = splitStem(stack);
  return {
    isScanned: true,
    directory,
    planeRanges: planeRanges(present).map(([first, last]) => [first, last + 1]),
    imagePattern: `${literally(name)}.*${literally(stack.suffix)}`,
  };
}

/** The folder that holds those of the stacks; TeraStitcher reads local files only. */
export function stacksFolder({ url, tiles }: Acquisition): string {
  const folder = url.startsWith('file:') ? fileURLToPath(url) : url;
  const [stack] = tiles.flatMap(({ stacks }) => stacks);
  return stack === undefined ? folder : `${folder}/${splitStem(stack).view}`;
}

/** `VW0/LOC003/VW0_LOC003_CHN00_PLN` is a name in a directory of the view. */
function splitStem({ stem }: Stack) {
  const [view = '', ...below] = stem.split('/');
  const name = below.pop() ?? '';
  return { view, directory: below.join('/'), name };
}

/** What regular expressions give a meaning becomes "any character", as CloudReg writes its dots. */
const literally = (text: string): string => text.replace(/[^\w-]/g, '.');
