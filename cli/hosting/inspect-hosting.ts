/** Whether a browser elsewhere can read a hosted volume: `cloudreg doctor <url>`. */
import { openStore } from '../../shared/adapters/open-store.ts';
import { withoutScheme } from '../../shared/viewer/source-url.ts';
import { volumeBox } from '../../shared/volume/chunk-grid.ts';
import { chunkKey } from '../../shared/volume/chunk-reader.ts';
import { UnsupportedVolumeError, VolumeError } from '../../shared/volume/errors.ts';
import { mipsOf, parseInfo, type StoredMip } from '../../shared/volume/info.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { VOLUME_FILES } from '../../shared/volume/volume-files.ts';
import type { ZarrLayout } from '../../shared/volume/zarr/zarr-layout.ts';
import type { Finding } from '../inspection.ts';
import { type Host, hostOf, type Probe, preflight, probe } from './probe.ts';
import { remedyFor, type Trouble } from './remedies.ts';

/** `url`: of the volume's folder, http(s). Each finding with the exact remedy; those that depend on `info` come only with it. */
export async function inspectHosting(url: string): Promise<Finding[]> {
  const root = withoutScheme(url).replace(/\/+$/, '');
  const { file, answer } = await describing(root);
  const host = hostOf(answer);
  const always = [
    checkDescription(file, answer, root, host),
    checkCors(answer, host),
    await checkPreflight(`${root}/${file}`, host),
    await checkHead(`${root}/${file}`, host),
  ];
  const absent = await checkAbsent(root, host);
  const mip = file === 'info' ? coarsestIn(answer, root) : await coarsestOfZarr(answer, root);
  if (mip === undefined) return [...always, absent];
  return [...always, absent, ...(await checkChunk(root, file, mip, host))];
}

interface Described {
  readonly file: (typeof VOLUME_FILES)[number];
  readonly answer: Probe;
}

/** By `info`, unless that is not there and what describes an OME-Zarr image is. */
async function describing(root: string): Promise<Described> {
  const asked: Described[] = [];
  for (const file of VOLUME_FILES) {
    const found = { file, answer: await probe(`${root}/${file}`, 'GET') };
    if (found.answer.status === 200) return found;
    asked.push(found);
  }
  return asked[0]!;
}

const good = (what: string, found: string): Finding => ({ what, verdict: 'good', found });

const trouble = (
  what: string,
  found: string,
  kind: Trouble,
  host: Host,
  verdict: 'bad' | 'warning' = 'bad',
): Finding => ({
  what,
  verdict,
  found,
  advice: remedyFor(kind, host),
});

function checkDescription(file: string, { status, body }: Probe, root: string, host: Host): Finding {
  if (status === 200) {
    const html = /^\s*</.test(new TextDecoder().decode(body.subarray(0, 100)));
    if (!html) return good(file, `${root}/${file} is there`);
    return {
      what: file,
      verdict: 'bad',
      found: `a page of HTML instead of ${file}`,
      advice: 'Check the path of the volume.',
    };
  }
  if (status === 403)
    return trouble(
      'info',
      '403: it is forbidden, or not there in a bucket that may not be listed',
      'forbidden',
      host,
    );
  const advice =
    status === 404
      ? 'Check the path: the folder that holds info, or an OME-Zarr image, is meant.'
      : 'Ask who runs the server.';
  return { what: 'info', verdict: 'bad', found: `status ${status}`, advice };
}

const EXPOSED = ['content-range', 'content-encoding', 'content-length'];

function checkCors({ headers }: Probe, host: Host): Finding {
  const allowed = headers.get('access-control-allow-origin');
  if (allowed === null)
    return trouble('CORS', 'no Access-Control-Allow-Origin: every browser refuses', 'cors', host);
  if (allowed !== '*') return trouble('CORS', `only ${allowed} may read`, 'cors', host, 'warning');
  const exposed = (headers.get('access-control-expose-headers') ?? '').toLowerCase();
  const hidden = exposed.trim() === '*' ? [] : EXPOSED.filter((name) => !exposed.includes(name));
  if (hidden.length === 0) return good('CORS', 'everyone may read');
  return trouble(
    'CORS',
    `everyone may read, but ${hidden.join(', ')} are hidden: sharded volumes need them`,
    'cors',
    host,
    'warning',
  );
}

async function checkPreflight(url: string, host: Host): Promise<Finding> {
  const { status, headers } = await preflight(url);
  const allowed = headers.get('access-control-allow-origin') !== null;
  if (status < 300 && allowed) return good('preflight', `OPTIONS answers ${status}`);
  const found = `OPTIONS answers ${status}${allowed ? '' : ' without Access-Control-Allow-Origin'}: ranged reads fail in the browser`;
  return trouble('preflight', found, 'cors', host);
}

async function checkHead(url: string, host: Host): Promise<Finding> {
  const { status } = await probe(url, 'HEAD');
  return status < 400
    ? good('HEAD', `answers ${status}`)
    : trouble('HEAD', `answers ${status}: sharded volumes cannot be read`, 'cors', host, 'warning');
}

async function checkAbsent(root: string, host: Host): Promise<Finding> {
  const { status, headers } = await probe(`${root}/cloudreg-doctor-looks-for-what-is-not-there`, 'GET');
  if (status === 403)
    return trouble(
      'absent files',
      '403 instead of 404: a forbidden volume would look like an empty one',
      'absent-is-forbidden',
      host,
      'warning',
    );
  if (status !== 404)
    return {
      what: 'absent files',
      verdict: 'bad',
      found: `status ${status} instead of 404: its text would be taken for voxels`,
      advice: 'Answer 404 for what is not there.',
    };
  const shared = headers.get('access-control-allow-origin') !== null;
  return shared
    ? good('absent files', 'answers 404')
    : trouble(
        'absent files',
        '404 without CORS headers: the browser reports an error of the network',
        'cors',
        host,
        'warning',
      );
}

function coarsestIn({ status, body }: Probe, root: string): StoredMip | undefined {
  if (status !== 200) return undefined;
  try {
    const info = parseInfo(new TextDecoder().decode(body), `${root}/info`);
    return mipsOf(info, `${root}/info`).at(-1)!;
  } catch (error) {
    return unlessUnreadable(error);
  }
}

async function coarsestOfZarr({ status }: Probe, root: string): Promise<StoredMip | undefined> {
  if (status !== 200) return undefined;
  try {
    return (await openVolume(await openStore(root))).mips.at(-1)!;
  } catch (error) {
    return unlessUnreadable(error);
  }
}

/** Nothing more can be asked of a volume whose description cannot be read. */
function unlessUnreadable(error: unknown): undefined {
  if (!(error instanceof VolumeError || error instanceof UnsupportedVolumeError)) throw error;
}

async function checkChunk(root: string, file: string, mip: StoredMip, host: Host): Promise<Finding[]> {
  if (mip.sharding ?? mip.zarr?.shard) return [await checkRange(`${root}/${file}`, host)];
  const key = chunkKey('', mip, [0, 0, 0]);
  const chunk = await probe(`${root}/${key}`, 'GET');
  if (chunk.status !== 200) {
    const advice = 'Chunks that are not there are drawn as 0: check the volume with cloudreg verify.';
    return [{ what: 'first chunk', verdict: 'warning', found: `status ${chunk.status} for ${key}`, advice }];
  }
  const encoded = mip.zarr ? checkZarrEncoding(chunk, mip.zarr) : checkEncoding(chunk, mip, host);
  return [encoded, await checkRange(`${root}/${key}`, host)];
}

/** Gzip is the array's own there: a browser that was told of it takes it off, and the viewer finds none. */
function checkZarrEncoding({ body }: Probe, { packing }: ZarrLayout): Finding {
  const packed = body[0] === 0x1f && body[1] === 0x8b;
  if (packing !== 'gzip' || packed) return good('encoding', 'a chunk comes as the array says');
  return {
    what: 'encoding',
    verdict: 'bad',
    found: 'a chunk without its gzip, which was taken off on the way: nothing is drawn',
    advice: 'Store the chunks of zarr without Content-Encoding: cloudreg upload does.',
  };
}

function checkEncoding({ body, headers }: Probe, mip: StoredMip, host: Host): Finding {
  const declared = headers.get('content-encoding') ?? 'none';
  const packed = body[0] === 0x1f && body[1] === 0x8b;
  if (packed)
    return trouble(
      'encoding',
      'gzip bytes without Content-Encoding: nothing is drawn, and nothing is said',
      'encoding',
      host,
    );
  if (mip.encoding === 'raw' && body.length < expectedBytes(mip))
    return {
      what: 'encoding',
      verdict: 'bad',
      found: `${body.length} bytes, expected ${expectedBytes(mip)}`,
      advice: 'Upload the chunk again.',
    };
  return good('encoding', `a chunk comes whole (Content-Encoding: ${declared})`);
}

function expectedBytes(mip: StoredMip): number {
  const { end, start } = volumeBox(mip);
  const voxels = end.reduce(
    (product, last, axis) => product * Math.min(last - start[axis]!, mip.chunkSize[axis]!),
    1,
  );
  return (voxels * mip.channels * Number(/\d+$/.exec(mip.dataType)![0])) / 8;
}

async function checkRange(url: string, host: Host): Promise<Finding> {
  const { status, headers } = await probe(url, 'GET', { range: 'bytes=0-0', 'accept-encoding': 'identity' });
  if (status === 206 && headers.has('content-range')) return good('ranges', 'answers 206');
  return trouble(
    'ranges',
    `a ranged request is answered with ${status}: sharded volumes cannot be read`,
    'range',
    host,
    'warning',
  );
}
