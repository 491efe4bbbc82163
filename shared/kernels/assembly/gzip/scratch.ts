// Where the encoder keeps what it works on: one buffer of the caller's, cut up here. Offsets are bytes from its start.

/** Input bytes of a DEFLATE block, and the voxels (pairs of bytes) in it. */
export const BLOCK_BYTES: usize = 65_536;
const BLOCK_VOXELS: usize = BLOCK_BYTES >> 1;

/** u16[65536]: the latest place of a pair of voxels, by hash. */
export const HEADS: usize = 0;
export const HEADS_BYTES: usize = 131_072;

/** u32[voxels]: what find found for every voxel. */
export const FOUND: usize = HEADS + HEADS_BYTES;

/** u32[voxels + 1]: what the walk takes of it, then the tokens made of that. Four at a time: some are written over. */
export const STEPS: usize = FOUND + (BLOCK_VOXELS + 8) * 4;

/** u32[512] four times each, to be added: frequencies of the first and second symbols of tokens, or of bytes. */
export const LISTS: usize = 4;
export const HISTOGRAM_BYTES: usize = 2048;
export const FIRSTS: usize = STEPS + (BLOCK_VOXELS + 8) * 4;
export const SECONDS: usize = FIRSTS + LISTS * HISTOGRAM_BYTES;

/** u32 each: frequencies of the three alphabets. */
export const LITERAL_COUNTS: usize = SECONDS + LISTS * HISTOGRAM_BYTES;
export const DISTANCE_COUNTS: usize = LITERAL_COUNTS + 288 * 4;
export const CODE_LENGTH_COUNTS: usize = DISTANCE_COUNTS + 32 * 4;

/** u8 each: code lengths of the three alphabets. */
export const LITERAL_LENGTHS: usize = CODE_LENGTH_COUNTS + 32 * 4;
export const DISTANCE_LENGTHS: usize = LITERAL_LENGTHS + 288;
export const CODE_LENGTH_LENGTHS: usize = DISTANCE_LENGTHS + 32;

/** u32 each: codes of the three alphabets, their bits reversed. */
export const LITERAL_CODES: usize = CODE_LENGTH_LENGTHS + 32;
export const DISTANCE_CODES: usize = LITERAL_CODES + 288 * 4;
export const CODE_LENGTH_CODES: usize = DISTANCE_CODES + 32 * 4;

/** u16[320]: literal and distance lengths, run-length coded. */
export const RUNS: usize = CODE_LENGTH_CODES + 32 * 4;

/** u32[512] twice: what a token's first and second symbol are written as. */
export const FIRST_BITS: usize = RUNS + 320 * 2;
export const SECOND_BITS: usize = FIRST_BITS + 2048;

/** For code-lengths.ts: two lists of u32[288], a histogram of u32[512], leaves per depth of u32[16]. */
export const SORTED: usize = SECOND_BITS + 2048;
export const SORTED_BEFORE: usize = SORTED + 288 * 4;
export const DIGITS: usize = SORTED_BEFORE + 288 * 4;
export const DEPTHS: usize = DIGITS + 512 * 4;

/** u16[256] for each row of voxel values (those with the same high byte), four times: frequencies of voxels. */
export const MOST_ROWS: u32 = 32;
export const VOXEL_COUNT_BYTES: usize = <usize>MOST_ROWS * 512;
export const VOXEL_COUNTS: usize = DEPTHS + 16 * 4;

/** u32[256] for each row: what its voxels are written as. */
export const VOXEL_BITS: usize = VOXEL_COUNTS + LISTS * VOXEL_COUNT_BYTES;
/** u32[256]: by what a high byte's code is to be multiplied to stand behind a low byte's. */
export const HIGH_FACTORS: usize = VOXEL_BITS + <usize>MOST_ROWS * 1024;

export const SCRATCH_BYTES: usize = HIGH_FACTORS + 1024;

export function gzipScratchBytes(): usize {
  return SCRATCH_BYTES;
}
