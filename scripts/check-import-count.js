// A TypeScript version without the compiler API makes dependency-cruiser see nothing and pass:
// so the import check counts what it saw.
import { execFileSync } from 'node:child_process';

const cruise = execFileSync(
  'npx',
  [
    'depcruise',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
    'services',
    'shared',
    'cli',
    'bench',
  ],
  { encoding: 'utf8', maxBuffer: 1 << 28 },
);
const { totalCruised, totalDependenciesCruised } = JSON.parse(cruise).summary;
if (totalCruised < 50 || totalDependenciesCruised < 100) {
  console.error(
    `import check saw only ${totalCruised} modules and ${totalDependenciesCruised} imports; is the parser blind?`,
  );
  process.exit(1);
}
