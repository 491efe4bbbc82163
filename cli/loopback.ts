/**
 * A server for one browser on this machine: on the loopback interface alone, below a random word, because any page that
 * a browser shows can ask a local server.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RefusedError } from './errors.ts';

export interface LoopbackServer {
  readonly port: number;
  close(): Promise<void>;
}

export const LOOPBACK = '127.0.0.1';

export const newToken = (): string => randomBytes(12).toString('base64url');

/** Ends in a slash. */
export const loopbackUrl = (port: number, token: string): string => `http://${LOOPBACK}:${port}/${token}/`;

/** `port` 0: a free one. A port in use is refused. */
export async function startLoopback(port: number, listener: RequestListener): Promise<LoopbackServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new RefusedError(portInUse(port)) : error),
    );
    server.listen(port, LOOPBACK, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const portInUse = (port: number): string =>
  `Port ${port} is in use: give another --port, or none for a free one.`;
