/** What every part of the stacks is given. */
import type { Components } from './components.ts';
import type { Place } from './names.ts';
import type { Service } from './services.ts';
import type { Settings } from './settings.ts';

type Aws = typeof import('@pulumi/aws');
type Pulumi = typeof import('@pulumi/pulumi');

/** What is deployed, as the bundle script made it. */
export interface Program {
  /** Archive for the machines. */
  readonly machineFile: string;
  /** Of that archive, in hexadecimal: names the build. */
  readonly sha256: string;
  /** Folder for the functions. */
  readonly functionFolder: string;
}

export interface Cloud {
  readonly aws: Aws;
  readonly pulumi: Pulumi;
  readonly components: Components;
  readonly place: Place;
  readonly settings: Settings;
  readonly services: readonly Service[];
  readonly program: Program;
}

/** `illumination-correction` as Pulumi's resources are named: `IlluminationCorrection`. */
export const pascal = (name: string): string =>
  name.replace(/(^|-)([a-z0-9])/g, (_, _dash, letter: string) => letter.toUpperCase());
