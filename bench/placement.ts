/**
 * Placement and fusion against acquisitions with known truth, by the built program with its defaults: a table of what was
 * measured and what it may be. `npm run bench -- placement` runs all of it, `placement:B,C-seeds` some parts.
 */
import { existsSync } from 'node:fs';
import { type Part, type Print, printFigure } from './placement/figure.ts';
import { fusionParts } from './placement/fusion-parts.ts';
import type { JudgedPair } from './placement/judge-placement.ts';
import { realAcquisition, whyNotMade } from './placement/make-acquisition.ts';
import { calibrationFigure } from './placement/placement-figures.ts';
import { placementParts } from './placement/placement-parts.ts';
import { stageErrorParts } from './placement/stage-error-parts.ts';

export const benches = [{ name: 'placement', run: runPlacement }];

const parts: readonly Part[] = [...placementParts, ...stageErrorParts, ...fusionParts];

/** @param chosen names of parts; all of them where there are none */
async function runPlacement(print: Print, chosen: readonly string[]): Promise<void> {
  const unknown = chosen.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0) {
    print(`  no part is called ${unknown.join(', ')}; there are ${parts.map(({ name }) => name).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const reason = existsSync(realAcquisition) ? whyNotMade() : `there is no ${realAcquisition}`;
  if (reason !== undefined) return print(`  skipped: ${reason}`);
  await printTable(
    print,
    parts.filter(({ name }) => chosen.length === 0 || chosen.includes(name)),
  );
}

async function printTable(print: Print, shown: readonly Part[]): Promise<void> {
  const pairs: JudgedPair[] = [];
  const missed: string[] = [];
  for (const { name, about, figures } of shown) {
    print(`  ${name}: ${about}`);
    for (const figure of await figures(pairs)) {
      printFigure(print, figure);
      if (!figure.held) missed.push(`${name}, ${figure.what}`);
    }
  }
  const calibration = calibrationFigure(pairs);
  if (calibration === undefined) print(`  reliability: not judged, ${pairs.length} pairs are too few`);
  else {
    print('  reliability, over all of these');
    printFigure(print, calibration);
    if (!calibration.held) missed.push(calibration.what);
  }
  print(missed.length === 0 ? '  all held' : `  missed: ${missed.join('; ')}`);
}
