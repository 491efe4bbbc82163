/**
 * `npm run bench [-- name…]`: runs every benchmark, or those whose name holds one of the words. A benchmark of several
 * parts takes their names after a colon: `placement:K,B`.
 */
import { machineText } from '../cli/machine.ts';
import { benches as alignmentBenches } from './alignment.ts';
import { benches as convertBenches } from './convert.ts';
import { benches as costBenches } from './cost.ts';
import { benches as engineBenches } from './engine.ts';
import { benches as gzipBenches } from './gzip.ts';
import { benches as illuminationBenches } from './illumination.ts';
import { benches as kernelBenches } from './kernels.ts';
import { benches as placementBenches } from './placement.ts';
import { benches as profileBenches } from './profile.ts';
import { benches as registrationBenches } from './registration.ts';
import { benches as runBenches } from './run.ts';
import { benches as simulationBenches } from './simulation.ts';
import { benches as taskTimesBenches } from './task-times.ts';
import { benches as viewerBenches } from './viewer.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

interface Bench {
  readonly name: string;
  run(print: (text: string) => void, parts: readonly string[]): Promise<void> | void;
}

const words = process.argv
  .slice(2)
  .filter((word) => !word.startsWith('--'))
  .map((word) => word.split(':'));
const all: readonly Bench[] = [
  ...convertBenches,
  ...costBenches,
  ...engineBenches,
  ...kernelBenches,
  ...alignmentBenches,
  ...gzipBenches,
  ...illuminationBenches,
  ...placementBenches,
  ...profileBenches,
  ...registrationBenches,
  ...runBenches,
  ...simulationBenches,
  ...taskTimesBenches,
  ...viewerBenches,
];
const chosen = all.flatMap((bench) => {
  const word = words.find(([name = '']) => bench.name.includes(name));
  if (words.length > 0 && word === undefined) return [];
  return [{ ...bench, parts: word?.[1]?.split(',') ?? [] }];
});

if (chosen.length === 0) {
  print(`No benchmark is called like that; there are: ${all.map(({ name }) => name).join(', ')}`);
  process.exitCode = 2;
} else {
  print(machineText());
  for (const { name, parts, run } of chosen) {
    print(`\n${name}`);
    await run(print, parts);
  }
}
