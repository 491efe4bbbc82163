/** The package has no types of its own; these are the parts that the tests use. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface Options {
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
    /** Of a LevelDB; in memory where absent. */
    readonly path?: string;
  }
  export default function dynalite(options?: Options): Server;
}
