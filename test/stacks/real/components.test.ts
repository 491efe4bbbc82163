import { describe, expect, it } from 'vitest';
import { pipeline } from '../../../services/pipeline.ts';
import { servicesOf } from '../../../stacks/services.ts';
import { openBuckets, wideResources, wildcardActions } from '../graph/access-faults.ts';
import { type Graph, readGraph } from '../graph/graph.ts';
import { unencrypted, untagged } from '../graph/keeping-faults.ts';
import { queuesWithoutAlarm, queuesWithoutDeadLetters, visibilitiesTooShort } from '../graph/queue-faults.ts';
import { hasPlatform, readRealGraph } from './real-graph.ts';

const DEPLOYMENT = 'cloudreg-example';
const isAsked = process.env.CLOUDREG_TEST_STACKS === '1';
if (isAsked && !hasPlatform)
  console.warn("sst's components are not here (.sst/platform), so the stacks run with stand-ins only.");

/** What the built program is named by; and sst puts the code of functions into a bucket of its own. */
const NOT_COMPARED = ['code', 'source', 'key', 'userData', 'environment'];
/** In sst's bucket of the account, which S3 encrypts as it does every bucket. */
const CODE = /Code$/;

/** Resources that a stand-in makes, and how the component's differ in what the stand-in says of them. */
function differences(ours: Graph, real: Graph): readonly string[] {
  return ours.resources.flatMap(({ type, name, inputs }) => {
    const other = real.resources.find((one) => one.type === type && one.name === name);
    if (other === undefined) return [`${type} ${name}: is not made`];
    return Object.keys(inputs)
      .filter((key) => !NOT_COMPARED.includes(key))
      .filter(
        (key) =>
          JSON.stringify(sorted(inputs[key])) !==
          JSON.stringify(sorted(within(inputs[key], other.inputs[key]))),
      )
      .map(
        (key) => `${name}.${key}: ${JSON.stringify(inputs[key])}, but ${JSON.stringify(other.inputs[key])}`,
      );
  });
}

/** Of the component's record what the stand-in's has: the component may add. */
function within(ours: unknown, real: unknown): unknown {
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRecord(ours) || !isRecord(real)) return real;
  return Object.fromEntries(Object.keys(ours).map((key) => [key, within(ours[key], real[key])]));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}

describe.skipIf(!isAsked || !hasPlatform)("sst.config.ts with sst's own components", async () => {
  const real = isAsked && hasPlatform ? await readRealGraph() : { resources: [] };
  const services = servicesOf(pipeline);

  it('make everything that the stand-ins make, with the same properties', () => {
    expect(differences(readGraph()!, real)).toEqual([]);
  });

  it('pass the checks that look at what the components make', () => {
    expect(queuesWithoutDeadLetters(real)).toEqual([]);
    expect(queuesWithoutAlarm(real)).toEqual([]);
    expect(visibilitiesTooShort(real, services)).toEqual([]);
    expect(openBuckets(real)).toEqual([]);
    expect(wildcardActions(real)).toEqual([]);
    expect(wideResources(real, DEPLOYMENT)).toEqual([]);
    expect(unencrypted(real).filter((name) => !CODE.test(name))).toEqual([]);
    expect(untagged(real, DEPLOYMENT)).toEqual([]);
  });
});
