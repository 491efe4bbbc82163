/** A chunk as it is stored. */
export interface EncodedChunk {
  readonly bytes: Uint8Array;
  /** undefined: the voxels as they are. */
  readonly encoding: 'gzip' | undefined;
}
