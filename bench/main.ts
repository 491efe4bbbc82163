/** `npm run bench [-- name…]`: runs every benchmark, or those whose name holds one of the words. */
import { machineText } from '../cli/machine.ts';
import { benches as alignmentBenches } from './alignment.ts';
import { benches as engineBenches } from './engine.ts';
import { benches as illuminationBenches } from './illumination.ts';
import { benches as kernelBenches } from './kernels.ts';
import { benches as runBenches } from './run.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const words = process.argv.slice(2);
const all = [...engineBenches, ...kernelBenches, ...alignmentBenches, ...illuminationBenches, ...runBenches];
const chosen = all.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

if (chosen.length === 0) {
  print(`No benchmark is called like that; there are: ${all.map(({ name }) => name).join(', ')}`);
  process.exitCode = 2;
} else {
  print(machineText());
  for (const { name, run } of chosen) {
    print(`\n${name}`);
    await run(print);
  }
}
