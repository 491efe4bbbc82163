/** Flat field, background, N4 and the illumination field against ILLUMINATION section 6: measured value and bound. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  estimateFlatField,
  type FlatFieldEstimate,
} from '../services/tile-correction/estimate-flat-field.ts';
import { evaluateFlatField } from '../services/tile-correction/log-field.ts';
import { n4 } from '../shared/numerics/n4/n4.ts';
import { mean } from '../shared/numerics/statistics.ts';
import { printIlluminationAcquisitions } from './illumination-acquisition.ts';
import { printApplyCost } from './illumination-cost.ts';
import {
  correctColm,
  deviation,
  type FlatFieldScene,
  fieldError,
  looksScene,
  type N4Case,
  n4Cases,
} from './illumination-data.ts';
import { printIlluminationField, printN4Speed } from './illumination-field.ts';
import { printSeams } from './illumination-seams.ts';

type Print = (text: string) => void;

export const benches = [{ name: 'illumination', run: runIllumination }];

/** The data lie beside the checkout, where npm runs scripts. */
const dataDirectory = resolve('../shared/data');

async function runIllumination(print: Print): Promise<void> {
  const illumination = resolve(dataDirectory, 'illumination');
  if (existsSync(illumination)) {
    for (const reference of n4Cases(illumination)) printN4(reference, print);
    printN4Speed(illumination, (...row) => line(print, ...row));
    for (const name of ['quadratic', 'sheet', 'linear', 'none', 'one_pair']) {
      printLooks(illumination, name, print);
    }
  } else print(`N4 and looks: skipped, there is no ${illumination}`);
  const colm = resolve(dataDirectory, 'colm_cellfinder_3x4');
  if (existsSync(colm)) await printColm(colm, print);
  else print(`colm_cellfinder_3x4: skipped, there is no ${colm}`);
  await printIlluminationField(dataDirectory, (...row) => line(print, ...row));
  await printIlluminationAcquisitions(dataDirectory, (...row) => line(print, ...row));
  await printSeams(dataDirectory, (...row) => line(print, ...row));
  await printApplyCost((...row) => line(print, ...row));
}

function printN4(reference: N4Case, print: Print): void {
  const rules =
    reference.options.threshold === 0 ? (['float64'] as const) : (['float64', 'itk-float32'] as const);
  for (const stopRule of rules) {
    const start = performance.now();
    const result = n4(reference.image, { ...reference.options, stopRule });
    const seconds = (performance.now() - start) / 1000;
    const { rms, max, correlation } = deviation(reference, result);
    const voxelRounds = reference.image.data.length * result.rounds.reduce((sum, rounds) => sum + rounds, 0);
    const exact = reference.options.threshold === 0 || stopRule === 'itk-float32';
    const bound = exact ? 'RMS <= 2e-4, max <= 2e-3' : 'RMS <= 0.01, max <= 0.05, r >= 0.999';
    line(
      print,
      `N4 ${reference.name}, ${stopRule}`,
      `RMS ${rms.toExponential(1)}, max ${max.toExponential(1)}, r ${correlation.toFixed(4)}`,
      bound,
    );
    print(
      `${' '.repeat(4)}rounds ${result.rounds.join(' ')} (reference ${reference.referenceRounds.join(' ')}), ` +
        `${(voxelRounds / seconds / 1e6).toFixed(1)} Mvoxel/s a round`,
    );
  }
}

const fieldBound: Readonly<Record<string, string>> = { none: 'none', one_pair: 'none' };

function printLooks(directory: string, name: string, print: Print): void {
  const scene = looksScene(directory, name);
  const estimate = estimateFlatField(scene.input);
  line(
    print,
    `flat field, looks ${name}`,
    outcome(estimate, scene),
    fieldBound[name] ?? 'apply, error <= 0.015',
  );
  print(`    ${estimate.reason}`);
  if (name !== 'quadratic' || estimate.logField === null) return;
  line(print, 'seam index (shape), held-out pairs', `${estimate.evidence?.shape?.toFixed(2)}`, '<= 0.75');
  const factor = evaluateFlatField(estimate.logField, ...scene.tileSize);
  const meanGain = mean(factor.map((value) => 1 / value));
  line(print, 'tile mean of exp(v), minus 1', (meanGain - 1).toExponential(1), '+-1e-6');
}

async function printColm(directory: string, print: Print): Promise<void> {
  for (const { report, error } of await correctColm(directory)) {
    const { channel, flatField, background } = report;
    line(print, `background, colm channel ${channel}`, `${background.value}`, '105..125, true 110');
    const measured =
      error === undefined ? flatField.decision : `${flatField.decision}, error ${error.toFixed(4)}`;
    line(print, `flat field, colm channel ${channel}`, measured, 'apply, error <= 0.03');
    print(`    ${report.statement}`);
  }
}

const outcome = ({ decision, logField }: FlatFieldEstimate, scene: FlatFieldScene): string =>
  logField === null ? decision : `${decision}, error ${fieldError(logField, scene).toFixed(4)}`;

const line = (print: Print, what: string, measured: string, bound: string): void =>
  print(`${what.padEnd(64)}${measured.padEnd(46)}${bound}`);
