/** `npm run fuzz:gzip -- --seed N --count N` */
import { parseArgs } from 'node:util';
import { fuzzGzip } from './fuzz-gzip.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, count: { type: 'string', default: '100000' } },
});
const [seed, count] = [Number(values.seed), Number(values.count)];
if (!Number.isInteger(seed) || !Number.isInteger(count) || count < 1) {
  process.stderr.write('--seed and --count are whole numbers, --count 1 or more\n');
  process.exitCode = 2;
} else {
  fuzzGzip({ seed, count });
  process.stdout.write(`gzip: ${count} inputs from seed ${seed}, three levels each: no fault\n`);
}
