/**
 * SQLite (libsql) behind the few calls that are used here.
 *
 * libsql ends the whole process on a boolean argument or on a lone buffer, and binds `undefined` as an error: so
 * arguments are converted, and always passed as one array. Numbers bind as REAL: give columns INTEGER affinity.
 * Rows carry an extra `_metadata` key: read fields by name.
 */
import type { Database, Statement } from 'libsql';
import { StateError } from './state-errors.ts';

type SqlValue = string | number | boolean | Uint8Array | null | undefined;

export interface Sqlite {
  run(sql: string, ...values: readonly SqlValue[]): void;
  get<Row>(sql: string, ...values: readonly SqlValue[]): Row | undefined;
  all<Row>(sql: string, ...values: readonly SqlValue[]): Row[];
  /** Runs `work` in one transaction: all of its writes or none. Does not nest. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** Milliseconds to wait for another process that holds the file, a reader's checkpoint for example. */
const BUSY_MILLISECONDS = 5000;

export async function openSqlite(path: string, busyMilliseconds = BUSY_MILLISECONDS): Promise<Sqlite> {
  const { default: Libsql } = await import('libsql');
  try {
    return wrap(new Libsql(path, { timeout: busyMilliseconds }), path);
  } catch (cause) {
    throw new StateError(`cannot open ${path}`, cause);
  }
}

function wrap(database: Database, path: string): Sqlite {
  const statements = new Map<string, Statement<unknown[]>>();
  const prepare = (sql: string) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const failing = <T>(call: () => T): T => {
    try {
      return call();
    } catch (cause) {
      throw new StateError(`cannot use ${path}`, cause);
    }
  };
  return {
    run: (sql, ...values) => void failing(() => prepare(sql).run(values.map(toSql))),
    get: <Row>(sql: string, ...values: readonly SqlValue[]) =>
      failing(() => prepare(sql).get(values.map(toSql)) as Row | undefined),
    all: <Row>(sql: string, ...values: readonly SqlValue[]) =>
      failing(() => prepare(sql).all(values.map(toSql)) as Row[]),
    transaction: (work) => {
      failing(() => database.exec('BEGIN IMMEDIATE'));
      try {
        const result = work();
        failing(() => database.exec('COMMIT'));
        return result;
      } catch (error) {
        // A full disk rolls back by itself.
        if (database.inTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => database.close(),
  };
}

const toSql = (value: SqlValue): string | number | Uint8Array | null =>
  value === undefined ? null : typeof value === 'boolean' ? Number(value) : value;
