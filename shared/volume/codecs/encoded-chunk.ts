/** A chunk as it is stored. */
export interface EncodedChunk {
  readonly bytes: Uint8Array;
  /** undefined: the voxels as they are. */
  readonly encoding: 'gzip' | undefined;
  /** Gives the memory of `bytes` back to the encoder, for a chunk to come; called once. Absent where they are in memory of their own. */
  readonly release?: () => void;
}
