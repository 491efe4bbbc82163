/**
 * What CloudReg's one machine would cost for the same data. Its documentation gives no times: these follow from what its
 * pipeline reads and writes at rates that are assumed, each generous to it.
 */
import type { Prices } from './prices.ts';

/** One read or write of all data of a channel. */
interface Phase {
  readonly what: string;
  /** Bytes that pass, as shares of the raw and of the stitched data (2 bytes a voxel, not compressed). */
  readonly ofRaw: number;
  readonly ofVolume: number;
  readonly bytesPerSecond: number;
  /** Only for the channel that is aligned. */
  readonly isOnce?: true;
}

const GB_A_SECOND = 1e9;
/** Mips add a third where only x and y are halved. */
const WITH_MIPS = 4 / 3;

const PHASES: readonly Phase[] = [
  { what: 'download, and store again as zlib TIFF', ofRaw: 1, ofVolume: 0, bytesPerSecond: GB_A_SECOND },
  { what: 'align (TeraStitcher)', ofRaw: 1, ofVolume: 0, bytesPerSecond: 0.5 * GB_A_SECOND, isOnce: true },
  { what: 'mean tile, from every second plane', ofRaw: 0.5, ofVolume: 0, bytesPerSecond: GB_A_SECOND },
  { what: 'correct tiles in place', ofRaw: 2, ofVolume: 0, bytesPerSecond: GB_A_SECOND },
  { what: 'merge (TeraConverter)', ofRaw: 1, ofVolume: 1, bytesPerSecond: GB_A_SECOND },
  { what: 'upload with mips', ofRaw: 0, ofVolume: 1 + WITH_MIPS, bytesPerSecond: GB_A_SECOND },
  { what: 'illumination, in place', ofRaw: 0, ofVolume: 1 + WITH_MIPS, bytesPerSecond: GB_A_SECOND },
];

/** Voxels of a chunk, 128 x 128 x 1; all are stored twice (section 10, row 15). */
const CHUNK_VOXELS = 128 * 128;
const TIMES_STORED = 2;
const BYTES_A_VOXEL = 2;

export interface CloudRegEstimate {
  readonly machineType: string;
  readonly hours: number;
  readonly machineDollars: number;
  readonly s3Puts: number;
  readonly putDollars: number;
  readonly dollars: number;
  readonly assumed: readonly string[];
}

/** `rawVoxels` and `volumeVoxels` of all channels. */
export function cloudRegEstimate(
  data: { readonly rawVoxels: number; readonly volumeVoxels: number; readonly channels: number },
  prices: Prices,
): CloudRegEstimate {
  const seconds = PHASES.map(({ ofRaw, ofVolume, bytesPerSecond, isOnce }) => {
    const bytes = BYTES_A_VOXEL * (ofRaw * data.rawVoxels + ofVolume * data.volumeVoxels);
    return bytes / bytesPerSecond / (isOnce ? data.channels : 1);
  });
  const hours = seconds.reduce((sum, one) => sum + one, 0) / 3600;
  const s3Puts = (TIMES_STORED * WITH_MIPS * data.volumeVoxels) / CHUNK_VOXELS;
  const machineDollars = hours * prices.cloudreg.onDemandPerHour;
  const putDollars = (s3Puts / 1000) * prices.s3PerThousandPuts;
  return {
    machineType: prices.cloudreg.type,
    ...{ hours, machineDollars, s3Puts, putDollars },
    dollars: machineDollars + putDollars,
    assumed: PHASES.map(({ what, bytesPerSecond }) => `${what}: ${bytesPerSecond / GB_A_SECOND} GB/s`),
  };
}
