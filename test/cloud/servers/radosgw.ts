/**
 * S3 on loopback by others' hands: the gateway of Ceph 16 (Debian's `radosgw`, `ceph-mon` and `ceph-osd`) over one
 * monitor and one object server that keeps everything in memory. Starts in about 15 s and takes about 110 MiB.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { endpointOn, type RunningServer } from './endpoint.ts';

const run = promisify(execFile);
const PROGRAMS = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'ceph', 'monmaptool'];
const START_SECONDS = 60;

/** What is not installed of it. */
export const missingPrograms = (): string[] => PROGRAMS.filter((name) => !existsSync(`/usr/bin/${name}`));

export async function startRadosGateway(): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudreg-radosgw-'));
  const processes: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(processes.reverse().map(end));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const port = await startCluster(folder, processes);
    return { ...endpointOn(port, 'S3'), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startCluster(folder: string, processes: ChildProcess[]): Promise<number> {
  const [monitor, monitorOld, gateway] = [await freePort(), await freePort(), await freePort()] as const;
  const cluster = randomUUID();
  const monitorAddress = `[v2:127.0.0.1:${monitor},v1:127.0.0.1:${monitorOld}]`;
  const configuration = join(folder, 'ceph.conf');
  await Promise.all(['mon', 'osd', 'rgw', 'run', 'log'].map((name) => mkdir(join(folder, name))));
  await writeFile(configuration, configurationText({ folder, cluster, monitorAddress, gateway }));
  const words = ['-c', configuration];
  const start = (program: string, ...more: string[]) =>
    processes.push(spawn(program, [...words, '-f', ...more], { stdio: 'ignore' }));

  const map = join(folder, 'monmap');
  await run('monmaptool', ['--create', '--addv', 'a', monitorAddress, '--fsid', cluster, map]);
  await run('ceph-mon', [...words, '--mkfs', '-i', 'a', '--monmap', map]);
  start('ceph-mon', '-i', 'a');
  const disk = randomUUID();
  await run('ceph', [...words, 'osd', 'new', disk]);
  await run('ceph-osd', [...words, '-i', '0', '--mkfs', '--osd-uuid', disk]);
  start('ceph-osd', '-i', '0');
  await run('ceph', [...words, 'osd', 'crush', 'add', 'osd.0', '1', 'root=default', 'host=here']);
  const user = ['--uid=any', '--display-name=any', '--access-key=any', '--secret-key=any'];
  await run('radosgw-admin', [...words, 'user', 'create', ...user]);
  start('radosgw', '-n', 'client.rgw.a');
  await untilItAnswers(`http://127.0.0.1:${gateway}/`);
  return gateway;
}

interface Cluster {
  readonly folder: string;
  readonly cluster: string;
  readonly monitorAddress: string;
  readonly gateway: number;
}

/** One copy of everything, no signatures between its parts, little of everything. */
const configurationText = ({ folder, cluster, monitorAddress, gateway }: Cluster): string => `[global]
fsid = ${cluster}
mon initial members = a
mon host = ${monitorAddress}
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
osd crush chooseleaf type = 0
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
mon max pg per osd = 1000
mon data avail crit = 1
mon data avail warn = 1
run dir = ${folder}/run
log file = ${folder}/log/$name.log
admin socket = ${folder}/run/$name.asok
[mon.a]
mon data = ${folder}/mon
[osd]
osd objectstore = memstore
memstore device bytes = 4294967296
osd data = ${folder}/osd
[client.rgw.a]
ms mon client mode = crc
rgw data = ${folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:${gateway}
rgw dynamic resharding = false
rgw thread pool size = 32
`;

async function untilItAnswers(url: string): Promise<void> {
  for (let waited = 0; waited < START_SECONDS; waited++) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await sleep(1000);
  }
  throw new Error(`radosgw does not answer at ${url} after ${START_SECONDS} s`);
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once('close', () => resolve());
    child.kill('SIGKILL');
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
}
