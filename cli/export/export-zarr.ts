/** A volume with all its mips to OME-Zarr. */
import { basename } from 'node:path';
import { openStore } from '../../shared/adapters/open-store.ts';
import { writeOmeZarr } from '../../shared/export/ome-zarr/write-ome-zarr.ts';
import { wholeOrNot } from '../../shared/export/write-file.ts';
import type { Volume } from '../../shared/volume/open-volume.ts';
import { isUrl, shortPath } from '../folders.ts';
import { createCounter } from '../progress/counter.ts';
import { counted } from '../quantities.ts';
import { line, type Terminal } from '../terminal.ts';
import type { ExportFlags } from './export-flags.ts';
import type { ExportTarget } from './target.ts';

export async function exportZarr(
  terminal: Terminal,
  volume: Volume,
  { place }: ExportTarget,
  flags: ExportFlags,
): Promise<void> {
  const sharded = flags.sharded === true;
  const ngff = flags.ngff ?? (sharded ? '0.5' : '0.4');
  const name = shortPath(place);
  const counter = createCounter(terminal, `export ${name}`, flags.json === true);
  const wishes = {
    name: basename(place).replace(/(\.ome)?\.zarr$/i, ''),
    ngff,
    sharded,
    onChunk: counter.show,
  };
  const write = async (to: string): Promise<void> => writeOmeZarr(volume, await openStore(to), wishes);
  try {
    await (isUrl(place) ? write(place) : wholeOrNot(place, 'folder', write));
  } finally {
    counter.end();
  }
  const mips = volume.mips.length;
  const text = `${name}: OME-Zarr ${ngff}${sharded ? ', sharded' : ''}, ${counted(mips, 'resolution')}`;
  line(
    terminal.out,
    flags.json ? JSON.stringify({ event: 'exported', output: place, ngff, sharded, mips }) : text,
  );
}
