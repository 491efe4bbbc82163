/** `cloudreg upload <volume> <place>`: volumes to a bucket, with the headers that a browser needs. */
import { openStore } from '../../shared/adapters/open-store.ts';
import { volumeFileIn } from '../../shared/volume/volume-files.ts';
import type { DefineCommand } from '../command.ts';
import { EXIT_DONE, FailedError, RefusedError } from '../errors.ts';
import { isUrl, placeIn, placeOf, shortPath } from '../folders.ts';
import { type Copied, copyVolume } from '../hosting/copy-volume.ts';
import { createCounter } from '../progress/counter.ts';
import { counted, formatBytes } from '../quantities.ts';
import { line, type Terminal } from '../terminal.ts';
import { type ViewedVolume, viewedVolumes } from '../viewer/places.ts';

interface Flags {
  readonly cacheControl: string;
  readonly onlyMissing?: true;
  readonly json?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument('<volume>', 'output folder of a job, or a volume (precomputed, OME-Zarr)')
    .argument('<place>', 's3://bucket/path')
    .option('--cache-control <words>', 'of chunks; info is asked for each time', 'public, max-age=86400')
    .option(
      '--only-missing',
      'leave what is there with the same length: to go on after an upload that was cut off',
    )
    .option('--json', 'one JSON object a line on standard output')
    .option('--verbose', 'print errors with their stack')
    .action(async (volume: string, place: string, flags: Flags) =>
      exit(await upload(terminal, volume, place, flags)),
    );
};

async function upload(terminal: Terminal, from: string, place: string, flags: Flags): Promise<number> {
  const to = placeOf(place);
  if (!to.startsWith('s3://') && isUrl(to))
    throw new RefusedError(
      `${place}: volumes are uploaded to s3://bucket/path; found another kind of place.`,
    );
  const target = await openStore(to);
  for (const volume of await volumesToCopy(from)) {
    const name = shortPath(placeIn(to, volume.folder));
    const counter = createCounter(terminal, `upload ${name}`, flags.json === true);
    const { cacheControl, onlyMissing = false } = flags;
    const copied = await copyVolume(volume.store, target, volume.folder, {
      cacheControl,
      onlyMissing,
      onObject: counter.show,
    });
    counter.end();
    report(terminal, name, copied, flags);
  }
  return EXIT_DONE;
}

async function volumesToCopy(from: string): Promise<readonly ViewedVolume[]> {
  const volumes = await viewedVolumes(from);
  for (const { store, folder, place } of volumes)
    if (!(await volumeFileIn(store, folder)))
      throw new FailedError(
        `${place} holds no volume: there is no info and no OME-Zarr. Give a volume, or the output of a job.`,
      );
  return volumes;
}

function report(terminal: Terminal, place: string, copied: Copied, { json }: Flags): void {
  const { objects, skipped, bytes } = copied;
  const kept = skipped > 0 ? `, ${skipped} were there already` : '';
  const text = `Uploaded ${place}: ${counted(objects, 'object')}${kept}, ${formatBytes(bytes)} written`;
  line(terminal.out, json ? JSON.stringify({ event: 'uploaded', place, ...copied }) : text);
}
