/** How exactly tiles are placed: row by row of STITCHING section 4, and over many seeds. */
import type { Part } from './figure.ts';
import type { Judgement } from './judge-placement.ts';
import { realAcquisition, withAcquisition } from './make-acquisition.ts';
import { placeAcquisition } from './place-acquisition.ts';
import { type Limits, placementFigures } from './placement-figures.ts';
import { type Recipe, reseeded, rowNamed, rows } from './recipes.ts';

const usual: Limits = { mean: 0.1 };
const SEEDS = Array.from({ length: 20 }, (_, n) => 1001 + n);

const rowPart = ({ name, about, most, faint = [] }: Recipe, place: () => Promise<Judgement>): Part => ({
  name,
  about,
  figures: async (pairs) => {
    const judgement = await place();
    pairs.push(...judgement.pairs);
    return placementFigures([judgement], { ...usual, ...(most === undefined ? {} : { most }), faint });
  },
});

const seedsPart = (row: Recipe, limits: Limits): Part => ({
  name: `${row.name}-seeds`,
  about: `${SEEDS.length} seeds of row ${row.name}`,
  figures: async (pairs) => {
    const judgements: Judgement[] = [];
    for (const seed of SEEDS) judgements.push(await withAcquisition(reseeded(row, seed), placeAcquisition));
    pairs.push(...judgements.flatMap((judgement) => judgement.pairs));
    return placementFigures(judgements, limits);
  },
});

const real: Recipe = {
  name: 'K',
  about: 'colm_cellfinder_3x4: real 3 x 4, one missing, 128 x 128 x 16, 16 % (20), artefacts, deflate',
  words: '',
};

export const placementParts: readonly Part[] = [
  rowPart(real, () => placeAcquisition(realAcquisition)),
  ...rows.map((row) => rowPart(row, () => withAcquisition(row, placeAcquisition))),
  seedsPart(rowNamed('C'), usual),
  seedsPart(rowNamed('E'), { mean: 0.12, most: 0.4 }),
];
