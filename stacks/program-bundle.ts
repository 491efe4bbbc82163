/** How the program reaches a machine: an archive in S3, named by its content, and a script that fetches and starts it. */

import type { Cloud } from './cloud.ts';
import type { Bucket } from './components.ts';
import { userData } from './machine/user-data.ts';
import { bucketName, DRAIN_HOOK, fleetName } from './names.ts';

/** A new key for each build: machines that still start from the one before find it. */
const keyOf = ({ program }: Cloud): string => `cloudreg-${program.sha256}.tar.gz`;

export function uploadProgram(cloud: Cloud, bucket: Bucket): void {
  const { aws, pulumi, program } = cloud;
  new aws.s3.BucketObjectv2('Program', {
    bucket: bucket.name,
    key: keyOf(cloud),
    source: new pulumi.asset.FileAsset(program.machineFile),
    serverSideEncryption: 'AES256',
  });
}

/** The script that a machine of the queue's fleet runs when it starts. */
export function machineStart(cloud: Cloud, queue: string): string {
  const { place, program } = cloud;
  const { deployment } = place;
  return userData({
    deployment,
    queue,
    bundle: { url: `s3://${bucketName(place, 'program')}/${keyOf(cloud)}`, sha256: program.sha256 },
    outputUrl: `s3://${bucketName(place, 'output')}`,
    autoScalingGroup: fleetName(deployment, queue),
    lifecycleHook: DRAIN_HOOK,
  });
}
