/** Whole runs: the fused volume against the clean source, and what was read and written for it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportTextKey, tileName } from '../../shared/acquisition/quality-report.ts';
import { encodeTiff } from '../../shared/formats/tiff/write.ts';
import { atLeast, type Figure, type Part } from './figure.ts';
import { type FusedChannel, readFused } from './fused-channel.ts';
import { blockCorrelation, compareVoxels, voxelCorrelation } from './judge-fusion.ts';
import { inFolder, realAcquisition, withAcquisition } from './make-acquisition.ts';
import { ARTEFACTS, PHANTOM, REAL, type Recipe } from './recipes.ts';
import { runOver } from './run-over.ts';
import { readTruth, type Truth } from './truth.ts';

const WITH_SOURCE = '--write-source SOURCE';

const exact: Recipe = {
  name: 'exact',
  about: 'fusion of row I: whole-voxel jitter, no artefacts',
  words: `${PHANTOM} --grid 2,3 --tile 160,160,32 --overlap 0.15 --jitter 5,5,2 --integer-jitter --seed 41 ${WITH_SOURCE}`,
};

const corrected: Recipe = {
  name: 'corrected',
  about: 'fusion with vignette and background only, both given; sub-voxel jitter',
  words: `${PHANTOM} --grid 3,3 --tile 256,256,48 --overlap 0.15 --jitter 6,6,2 --seed 2201 --vignette 0.35 --background 110 ${WITH_SOURCE}`,
};

const art: Recipe = {
  name: 'art',
  about: 'fusion with all artefacts and default flags, phantom',
  words: `${PHANTOM} --grid 3,3 --tile 256,256,48 --overlap 0.15 --jitter 6,6,2 --seed 2202 ${ARTEFACTS} ${WITH_SOURCE}`,
};

const artReal: Recipe = {
  name: 'art-real',
  about: 'fusion with all artefacts and default flags, real tissue, deflate',
  words: `${REAL} --grid 3,3 --tile 152,152 --overlap 0.15 --jitter 4,4,1.5 --seed 2203 ${ARTEFACTS} --compression deflate ${WITH_SOURCE}`,
};

const deep = (name: string, about: string, compression: string): Recipe => ({
  name,
  about: `bytes of a run over 3 x 3 tiles of 192 x 192 x 256, ${about}`,
  words: `${PHANTOM} --grid 3,3 --tile 192,192,256 --overlap 0.15 --jitter 6,6,2 --seed 2204 ${ARTEFACTS} --compression ${compression}`,
});

const SHALLOW = 3;

function fusionPart(
  recipe: Recipe,
  judge: (fused: FusedChannel, truth: Truth) => readonly Figure[],
  flagsOf: (folder: string, truth: Truth) => readonly string[] = () => [],
): Part {
  return {
    name: recipe.name,
    about: recipe.about,
    figures: () =>
      withAcquisition(recipe, (acquisition) =>
        inFolder((folder) => {
          const truth = readTruth(acquisition);
          return runOver(acquisition, flagsOf(folder, truth), SHALLOW, async (output) =>
            judge(await readFused(acquisition, output), truth),
          );
        }),
      ),
  };
}

const bytesPart = (recipe: Recipe, readBound: number): Part => ({
  name: recipe.name,
  about: recipe.about,
  figures: () => withAcquisition(recipe, (acquisition) => runOver(acquisition, [], readBound, () => [])),
});

function exactFigures(fused: FusedChannel): Figure[] {
  const [none, one, several] = compareVoxels(fused);
  const figure = (what: string, { voxels, different } = { voxels: 0, different: 0 }): Figure => ({
    what,
    measured: `${different} of ${voxels}`,
    bound: '0',
    held: voxels > 0 && different === 0,
  });
  return [
    figure('voxels that differ from the source, one tile', one),
    figure('voxels that differ from the source, overlaps', several),
    figure('voxels not 0 where no tile is', none),
  ];
}

const blockFigures = (fused: FusedChannel, truth: Truth): Figure[] => [
  atLeast('correlation of logs of 8 x 8 x 1 means', blockCorrelation(fused, truth), 0.98, 4),
];

/** A location that was not scanned is no error, and yet nobody should have to find it out. */
function absentFigure(output: string): Figure {
  const report = readFileSync(join(output, reportTextKey), 'utf8');
  const absent = readTruth(realAcquisition).tiles.filter(({ present }) => !present);
  const named = absent.filter(({ loc }) => new RegExp(`Not scanned:.*${tileName(loc)}`).test(report));
  return {
    what: 'locations not scanned that the report names',
    measured: `${named.length} of ${absent.length}`,
    bound: 'all',
    held: named.length === absent.length,
  };
}

/** The generator's vignette as factors. */
function writeFlatField(folder: string, { bias, tile_size: [width, height] }: Truth): string[] {
  const { vignette, cx, cy, kx, ky } = bias;
  const factors = Float32Array.from({ length: width * height }, (_, n) => {
    const u = ((n % width) - cx) / (width / 2);
    const v = (Math.floor(n / width) - cy) / (height / 2);
    return 1 / Math.max(0.05, 1 - (vignette * (u * u + v * v)) / 2 + kx * u + ky * v);
  });
  const file = join(folder, 'flat-field.tiff');
  writeFileSync(file, encodeTiff(width, height, factors));
  return ['--flat-field', file, '--background', '110', '--illumination', 'none'];
}

export const fusionParts: readonly Part[] = [
  fusionPart(exact, exactFigures, () => [
    '--flat-field',
    'none',
    '--background',
    'none',
    '--illumination',
    'none',
  ]),
  fusionPart(
    corrected,
    (fused) => [atLeast('correlation with the source, voxel by voxel', voxelCorrelation(fused), 0.995, 4)],
    writeFlatField,
  ),
  fusionPart(art, blockFigures),
  fusionPart(artReal, blockFigures),
  {
    name: 'K-run',
    about: 'a whole run over colm_cellfinder_3x4',
    figures: () => runOver(realAcquisition, [], SHALLOW, (output) => [absentFigure(output)]),
  },
  bytesPart(deep('deep-plain', 'uncompressed', 'none'), 2),
  bytesPart(deep('deep-deflate', 'deflate', 'deflate'), 2.5),
];
