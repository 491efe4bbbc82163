/** Four more pairs of seeds and damage that nothing was chosen by, beside elastix where it is asked for. */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseOrientation } from '../../shared/geometry/orientation.ts';
import { atMost, type Figure, type Print } from '../placement/figure.ts';
import { atlasPath, dataPath, generatorPath, type Landmark, readTruth } from './data.ts';
import { hasElastix, runElastix } from './elastix.ts';
import { judge } from './pair-figures.ts';
import { reported } from './reported.ts';
import { errorsInAtlas } from './score.ts';

const folder = join(tmpdir(), 'cloudreg-bench-registration');

export async function* moreFigures(print: Print, withElastix: boolean): AsyncGenerator<Figure> {
  const made = spawnSync(
    'python3',
    [resolve('bench/registration/more-pairs.py'), dirname(generatorPath), dirname(atlasPath('x')), folder],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) {
    print(
      `    more pairs: skipped, they need python3 with numpy (${made.stderr?.trim().split('\n').at(-1)})`,
    );
    return;
  }
  for (let i = 1; i <= 4; i++) yield* figuresOf(join(folder, `more${i}`), withElastix);
}

/** Of the pairs that come with the data. */
export async function* peerFigures(print: Print): AsyncGenerator<Figure> {
  if (!hasElastix()) {
    print('    elastix: skipped, there is no /usr/bin/elastix');
    return;
  }
  for (const name of ['pair1', 'pair2', 'pair3']) yield* figuresOf(dataPath(name), true);
}

async function* figuresOf(pair: string, withElastix: boolean): AsyncGenerator<Figure> {
  const { orientation, landmarks } = readTruth(pair);
  const name = pair.split('/').at(-1)!;
  const { registered, errors } = await judge(pair);
  yield reported(`   ${name}, to atlas, mean um`, errors.mean, 1);
  yield reported(`   ${name}, to atlas, 95 % um`, errors.p95, 1);
  yield reported(`   ${name}, CPU seconds`, registered.cpuSeconds, 1);
  if (!(withElastix && hasElastix())) return;
  const theirs = await runElastix(
    `${pair}.nrrd`,
    parseOrientation(orientation),
    landmarks,
    join(folder, `elastix-${name}`),
  );
  const places = new Map(landmarks.map((landmark: Landmark, i) => [landmark.sample, theirs.inAtlas[i]!]));
  const { mean } = errorsInAtlas((sample) => places.get(sample)!, landmarks);
  yield reported(`   ${name}, elastix, mean um`, mean, 1);
  yield reported(`   ${name}, elastix, CPU seconds`, theirs.cpuSeconds, 1);
  yield atMost(`   ${name}, error over elastix's`, errors.mean / mean, 0.5, 3);
  yield atMost(`15 ${name}, CPU seconds over elastix's`, registered.cpuSeconds / theirs.cpuSeconds, 0.6, 3);
}
