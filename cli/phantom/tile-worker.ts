/** The thread that makes one tile at a time. */
export { writeTile as default } from './write-tile.ts';
