/** When each step would run on given machines: it starts when all it waits for is done, and takes what its work takes. */
import type { StepId } from '../../shared/engine/records.ts';
import { largestOf } from '../../shared/hosts/admission.ts';
import { BOOT_SECONDS, type Fleet, IDLE_SECONDS, machineFor, slotsOf } from './fleet.ts';
import type { Machine } from './prices.ts';
import type { PassEstimate, StepEstimate } from './step-estimate.ts';

export interface ServiceHours {
  readonly service: string;
  readonly machine: Machine;
  /** The most at once. */
  readonly machines: number;
  /** From start to end of each machine, its boot and its idle end included. */
  readonly machineHours: number;
}

export interface Schedule {
  readonly wallSeconds: number;
  readonly services: readonly ServiceHours[];
}

/** Every step has its service's machines for itself: the few that run side by side share little. */
export function schedule(
  steps: readonly StepEstimate[],
  fleet: Fleet,
  machines: readonly Machine[],
): Schedule {
  const names = [...new Set(steps.filter(({ tasks }) => tasks > 0).map(({ service }) => service))];
  const services = names.map((service) => {
    const own = steps.filter((step) => step.service === service && step.tasks > 0);
    const machine = machineFor(largestOf(own.map(({ needs }) => needs)), machines);
    return serviceHours(service, own, machine, fleet[service] ?? 1);
  });
  const ends = new Map<StepId, number>();
  const awake = new Set<string>();
  for (const step of inOrder(steps)) {
    const start = Math.max(0, ...step.waitsFor.map((other) => ends.get(other) ?? 0));
    const machine = services.find(({ service }) => service === step.service)?.machine;
    // Only the first step of a service waits for machines to boot.
    const boot = machine === undefined || awake.has(step.service) ? 0 : BOOT_SECONDS;
    if (machine !== undefined) awake.add(step.service);
    const most = fleet[step.service] ?? 1;
    const seconds = machine === undefined ? 0 : stepSeconds(step, slotsOf(machine, step.needs), most);
    ends.set(step.step, start + boot + seconds);
  }
  return { wallSeconds: Math.max(0, ...ends.values()), services };
}

/** The whole job on one machine that does every service's tasks, as `run` does. */
export const localSeconds = (steps: readonly StepEstimate[], workers: number): number =>
  steps.reduce((sum, step) => sum + stepSeconds(step, workers, 1), 0);

function serviceHours(
  service: string,
  steps: readonly StepEstimate[],
  machine: Machine,
  most: number,
): ServiceHours {
  let [machines, seconds] = [1, 0];
  for (const { passes, needs } of steps) {
    const slots = slotsOf(machine, needs);
    for (const pass of passes) {
      const used = machinesUsed(pass, slots, most);
      machines = Math.max(machines, used);
      seconds += used * passSeconds(pass, used * slots);
    }
  }
  return {
    service,
    machine,
    machines,
    machineHours: (seconds + machines * (BOOT_SECONDS + IDLE_SECONDS)) / 3600,
  };
}

const stepSeconds = ({ passes }: StepEstimate, slots: number, most: number): number =>
  passes.reduce((sum, pass) => sum + passSeconds(pass, slots * machinesUsed(pass, slots, most)), 0);

const machinesUsed = ({ tasks }: PassEstimate, slots: number, most: number): number =>
  Math.min(most, Math.ceil(tasks / slots));

const passSeconds = ({ seconds, longestTaskSeconds, tasks }: PassEstimate, slots: number): number =>
  tasks === 0 ? 0 : Math.max(longestTaskSeconds, seconds / Math.min(tasks, slots));

/** Each step after all it waits for. */
function inOrder(steps: readonly StepEstimate[]): StepEstimate[] {
  const left = [...steps];
  const ordered: StepEstimate[] = [];
  const isThere = (id: StepId): boolean =>
    ordered.some(({ step }) => step === id) || !steps.some(({ step }) => step === id);
  while (left.length > 0) {
    const next = left.findIndex(({ waitsFor }) => waitsFor.every(isThere));
    ordered.push(...left.splice(Math.max(0, next), 1));
  }
  return ordered;
}
