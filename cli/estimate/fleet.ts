/** The machines of each service: how many the user allows, of which type, and how long they take to come and go. */
import { type Ask, freeSlots } from '../../shared/hosts/admission.ts';
import { RefusedError } from '../errors.ts';
import { nearest } from '../suggestion.ts';
import type { Machine } from './prices.ts';

/** From the wish for a machine to its first task. */
export const BOOT_SECONDS = 120;
/** Target tracking takes machines away once there was too little to do for so long. */
export const IDLE_SECONDS = 900;
/** Of a machine's memory; the rest is the system's. */
const MEMORY_SHARE = 0.8;
const DEFAULT_MACHINES = 8;

/** Machines at most, by service. */
export type Fleet = Readonly<Record<string, number>>;

/** `20`, or `stitching=20,tile-correction=4`: services that are not named have 8. */
export function readFleet(text: string | undefined, services: readonly string[]): Fleet {
  const all = (count: number): Fleet => Object.fromEntries(services.map((service) => [service, count]));
  if (text === undefined) return all(DEFAULT_MACHINES);
  if (/^\d+$/.test(text)) return all(readCount(text, text));
  const named = text.split(',').map((part) => readPart(part, text, services));
  return { ...all(DEFAULT_MACHINES), ...Object.fromEntries(named) };
}

function readPart(part: string, text: string, services: readonly string[]): [string, number] {
  const [service = '', count = ''] = part.split('=', 2).map((side) => side.trim());
  if (services.includes(service)) return [service, readCount(count, text)];
  const meant = nearest(service, services);
  const hint = meant ? `did you mean ${meant}?` : `the fleets are ${services.join(', ')}.`;
  throw new RefusedError(`--fleet is "${text}"; "${service}" is no fleet: ${hint}`);
}

function readCount(count: string, text: string): number {
  const machines = Number(count);
  if (/^\d+$/.test(count) && machines > 0) return machines;
  throw new RefusedError(
    `--fleet is "${text}"; expected a number of machines above 0, or some such as stitching=20,downsampling=4.`,
  );
}

/** The machine of a service: the cheapest place for its largest task; the one with most memory where none has room. */
export function machineFor(largest: Ask, machines: readonly Machine[]): Machine {
  const ranked = machines
    .map((machine) => ({ machine, slots: slotsOf(machine, largest) }))
    .filter(({ machine, slots }) => slots > 0 && largest.memoryMiB <= usableMiB(machine))
    .sort((a, b) => a.machine.onDemandPerHour / a.slots - b.machine.onDemandPerHour / b.slots);
  const roomiest = [...machines].sort((a, b) => b.memoryMiB - a.memoryMiB)[0]!;
  return ranked[0]?.machine ?? roomiest;
}

/** Tasks of this kind that a machine works on at a time. */
export const slotsOf = (machine: Machine, ask: Ask): number =>
  freeSlots({ threads: machine.vcpus, memoryMiB: usableMiB(machine) }, [], ask);

const usableMiB = ({ memoryMiB }: Machine): number => memoryMiB * MEMORY_SHARE;
