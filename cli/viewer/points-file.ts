/** `--points`: the files that `cloudreg transform-points` reads and writes. */
import { readFile } from 'node:fs/promises';
import { pointFormatOf } from '../../shared/registration/points/named-point.ts';
import { parsePoints } from '../../shared/registration/points/point-parser.ts';
import type { ViewedLayer } from '../../shared/viewer/state.ts';

/** um of the view. Throws `RegistrationInputError`. */
export async function pointsLayer(file: string): Promise<ViewedLayer> {
  const format = pointFormatOf(file);
  const points = parsePoints(await readFile(file, 'utf8'), format, file, [1, 1, 1]);
  const name = file
    .split(/[/\\]/)
    .at(-1)!
    .replace(/\.\w+$/, '');
  return { layer: { type: 'annotation', name, points } };
}
