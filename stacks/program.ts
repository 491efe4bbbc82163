/**
 * The infrastructure of a deployment, from an empty account: buckets, table, queues, functions, fleets, viewer, alarms,
 * dashboard. All of it follows from the pipeline and the settings.
 */
import type { Output } from '@pulumi/pulumi';
import { makeAlarms } from './alarms.ts';
import { makeBuckets } from './buckets.ts';
import { allowOrigins, makeCdn } from './cdn.ts';
import type { Cloud } from './cloud.ts';
import { makeDashboard } from './dashboard-resource.ts';
import { makeFleet } from './fleet.ts';
import { makeFunctions } from './functions.ts';
import { makeKey, makeLogGroup } from './log-group.ts';
import { checkNames } from './names.ts';
import { makeNetwork } from './network.ts';
import { makePolicies } from './people.ts';
import { uploadProgram } from './program-bundle.ts';
import { makeQueues } from './queues.ts';
import { makeTable } from './table.ts';
import { tagEverything } from './tags.ts';
import { makeTopic } from './topic.ts';
import { makeUploadTrigger } from './upload-trigger.ts';

/** What a person needs to know to use it. */
export interface Deployed {
  readonly rawBucket: Output<string>;
  readonly outputBucket: Output<string>;
  /** Neuroglancer: `precomputed://https://<viewer>/<path of a volume>`. */
  readonly viewer: Output<string>;
}

export function makeDeployment(cloud: Cloud): Deployed {
  checkNames(cloud.place);
  tagEverything(cloud);
  const cdn = makeCdn(cloud);
  const buckets = makeBuckets(cloud, cdn.arn);
  allowOrigins(cloud, buckets.output.name);
  makeTable(cloud);
  const queues = makeQueues(cloud);
  makeUploadTrigger(cloud, buckets, queues);
  const keyArn = makeKey(cloud);
  const logGroup = makeLogGroup(cloud, keyArn);
  makeFunctions(cloud, queues, logGroup);
  uploadProgram(cloud, buckets.program);
  makeFleets(cloud);
  const topicArn = makeTopic(cloud, keyArn);
  makeAlarms(cloud, { topicArn, logGroup });
  makeDashboard(cloud);
  makePolicies(cloud);
  return { rawBucket: buckets.raw.name, outputBucket: buckets.output.name, viewer: cdn.domainName };
}

function makeFleets(cloud: Cloud): void {
  const network = makeNetwork(cloud);
  for (const service of cloud.services) makeFleet(cloud, service, network);
}
