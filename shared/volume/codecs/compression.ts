/** How the chunks of an image are compressed; every reader of precomputed volumes takes any of them. */
export const compressions = ['gzip', 'gzip:huffman', 'gzip:auto', 'gzip:matches', 'zlib', 'none'] as const;

export type Compression = (typeof compressions)[number];
