/** How many children an item holds: no item grows beyond a few KB, and none is hot. */

/** Tasks per group. */
export const GROUP_SIZE = 256;
/** Groups per block. */
export const BLOCK_SIZE = 256;
/** The largest number of groups that a step run holds without blocks. */
export const MAX_CHILDREN = 1000;
