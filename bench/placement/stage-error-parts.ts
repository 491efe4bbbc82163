/** Stages that err by more than they should: tiles are placed right, or it is said that they could not be. */
import { join } from 'node:path';
import type { Figure, Part } from './figure.ts';
import { type Judgement, largest } from './judge-placement.ts';
import { inFolder, withAcquisition } from './make-acquisition.ts';
import { placeAcquisition } from './place-acquisition.ts';
import { linkFigure } from './placement-figures.ts';
import { ARTEFACTS, PHANTOM, REAL, type Recipe, reseeded } from './recipes.ts';
import { shiftRow } from './shift-row.ts';

const jitterPhantom: Recipe = {
  name: 'jitter-25',
  about: 'phantom 3 x 3, 384 x 384 x 40, 20 % (77), jitter of 25, default search; 5 seeds',
  words: `${PHANTOM} --grid 3,3 --tile 384,384,40 --overlap 0.20 --jitter 25,25,2 --seed 0 ${ARTEFACTS}`,
};

const jitterReal: Recipe = {
  name: 'jitter-25-real',
  about: 'real 2 x 2, 200 x 200, 25 % (50), jitter of 25, default search; 5 seeds',
  words: `${REAL} --grid 2,2 --tile 200,200 --overlap 0.25 --jitter 25,25,1.5 --seed 0 ${ARTEFACTS}`,
};

const SHIFT = 12;
const wider: Recipe = {
  name: 'row-12',
  about: `phantom 3 x 3, 256 x 256 x 40, 17 and 20 %, the middle row ${SHIFT} voxels to the right, default search`,
  words: `${PHANTOM} --grid 3,3 --tile ${256 + SHIFT},256,40 --overlap 0.20 --jitter 3,3,1 --seed 2303 ${ARTEFACTS}`,
};

const widerReal: Recipe = {
  name: 'row-12-real',
  about: `real 3 x 3, 152 x 152, 20 %, the middle row ${SHIFT} voxels to the right, default search`,
  words: `${REAL} --grid 3,3 --tile ${152 + SHIFT},152 --overlap 0.25 --jitter 2,2,1 --seed 2304 ${ARTEFACTS}`,
};

const SEEDS = [2301, 2302, 2303, 2304, 2305];

const stagePart = ({ name, about }: Recipe, place: () => Promise<readonly Judgement[]>): Part => ({
  name,
  about,
  figures: async (pairs) => {
    const judgements = await place();
    const judged = judgements.flatMap((judgement) => judgement.pairs);
    pairs.push(...judged);
    return [tellTaleFigure(judgements), linkFigure(judged)];
  },
});

/** A tile that rests on the stage is reported as such. */
function tellTaleFigure(judgements: readonly Judgement[]): Figure {
  const placed = judgements.flatMap((judgement) => judgement.placed);
  const wrong = placed.filter(({ error, limit }) => largest(error) > limit).length;
  const reported = judgements.reduce((sum, { lost, resting }) => sum + lost.length + resting.length, 0);
  return {
    what: 'tiles right, reported, silently wrong',
    measured: `${placed.length - wrong}, ${reported}, ${wrong}`,
    bound: 'none silently wrong',
    held: wrong === 0,
  };
}

const jitterPart = (recipe: Recipe): Part =>
  stagePart(recipe, async () => {
    const judgements: Judgement[] = [];
    for (const seed of SEEDS)
      judgements.push(await withAcquisition(reseeded(recipe, seed), placeAcquisition));
    return judgements;
  });

const rowPart = (recipe: Recipe): Part =>
  stagePart(recipe, () =>
    withAcquisition(recipe, (acquisition) =>
      inFolder(async (folder) => {
        await shiftRow(acquisition, join(folder, 'shifted'), 1, SHIFT);
        return [await placeAcquisition(join(folder, 'shifted'))];
      }),
    ),
  );

export const stageErrorParts: readonly Part[] = [
  jitterPart(jitterPhantom),
  jitterPart(jitterReal),
  rowPart(wider),
  rowPart(widerReal),
];
