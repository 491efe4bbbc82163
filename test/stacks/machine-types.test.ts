import { describe, expect, it } from 'vitest';
import { pipeline } from '../../services/pipeline.ts';
import type { Needs } from '../../shared/engine/step.ts';
import { machineTypesFor } from '../../stacks/machine-types.ts';
import { servicesOf } from '../../stacks/services.ts';

const serviceWith = (...needs: readonly Needs[]) => ({
  name: 'service',
  before: [],
  steps: needs.map((one, index) => ({ id: `service.${index}`, name: String(index), needs: one })),
});
const task = (memoryMiB: number, threads = 1): Needs => ({ memoryMiB, threads, seconds: 10 });

describe('machine types', () => {
  it('have the memory for a task on each thread', () => {
    expect(machineTypesFor(serviceWith(task(1000))).types).toContain('c6i.xlarge');
    expect(machineTypesFor(serviceWith(task(3000))).types).toContain('m6i.xlarge');
    expect(machineTypesFor(serviceWith(task(6000))).types).toContain('r6i.xlarge');
  });

  it('have the threads of the widest task, and the memory of the largest', () => {
    expect(machineTypesFor(serviceWith(task(500, 12))).types).toContain('c6i.4xlarge');
    expect(machineTypesFor(serviceWith(task(500), task(40_000))).types).toContain('r6i.2xlarge');
  });

  it('count how many of the largest task run side by side', () => {
    expect(machineTypesFor(serviceWith(task(1000))).slots).toBe(4);
    expect(machineTypesFor(serviceWith(task(500, 4))).slots).toBe(1);
    expect(machineTypesFor(serviceWith(task(25_000))).slots).toBe(1);
  });

  it('are several, of one size, with local disks among them', () => {
    for (const service of servicesOf(pipeline)) {
      const { types } = machineTypesFor(service);
      expect(types.length).toBeGreaterThanOrEqual(6);
      expect(new Set(types.map((type) => type.split('.')[1])).size).toBe(1);
      expect(types.some((type) => /^[a-z]\d[a-z]*d\./.test(type))).toBe(true);
    }
  });

  it('are refused for a task that fits none, by its service', () => {
    expect(() => machineTypesFor(serviceWith(task(200_000)))).toThrow(
      /A task of service asks for 200000 MiB/,
    );
  });
});

describe('needs of the pipeline', () => {
  it('follow from a whole brain, without files that only a job makes', () => {
    for (const { steps } of servicesOf(pipeline))
      for (const { id, needs } of steps) {
        expect(needs.memoryMiB, id).toBeGreaterThan(0);
        expect(Number.isFinite(needs.seconds), id).toBe(true);
      }
  });
});
