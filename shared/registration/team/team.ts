/** Threads over one memory, to which the thread that opens the team belongs: it hands out batches and waits for their end. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  compileRegistration,
  instantiateRegistration,
  type SharedMemory,
} from '../../kernels/registration.ts';
import { BOARD_BYTES, boardAt, type Call, post, resultOf, stop, waitForOthers, work } from './batch.ts';
import type { TeamWorkerData } from './team-worker.ts';

export interface Team {
  /** Runs all calls, in no order; returns their results. */
  run(calls: readonly Call[]): readonly number[];
  /** Byte address of that many bytes, zeroed, 16-byte aligned. */
  allocate(bytes: number): number;
  view(address: number, floats: number): Float32Array;
  /** What is allocated from now on is given back by `release`. */
  mark(): number;
  release(mark: number): void;
  close(): Promise<void>;
}

const PAGE_BYTES = 65_536;
const MOST_BYTES = 2 ** 32 - PAGE_BYTES;
/** Of each thread: two lines of the longest transform, and room to spare. */
export const SCRATCH_BYTES = 65_536;

export async function openTeam(threads: number): Promise<Team> {
  const { module, memory } = compileRegistration();
  const kernels = instantiateRegistration(module, memory);
  const heap = bumpAllocator(memory, kernels.firstFreeByte());
  const boardAddress = heap.allocate(BOARD_BYTES);
  const scratch = Array.from({ length: threads }, () => heap.allocate(SCRATCH_BYTES));
  const board = boardAt(memory.buffer, boardAddress);
  const workers = await Promise.all(
    scratch.slice(1).map((address) => startWorker({ module, memory, board: boardAddress, scratch: address })),
  );
  return {
    ...heap,
    run(calls) {
      post(board, calls);
      work(board, kernels, scratch[0]!, 'front');
      waitForOthers(board, workers.length);
      return calls.map((_, i) => resultOf(board, i));
    },
    view: (address, floats) => new Float32Array(memory.buffer as unknown as ArrayBuffer, address, floats),
    async close() {
      stop(board);
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function bumpAllocator(memory: SharedMemory, start: number) {
  let next = start;
  return {
    allocate(bytes: number): number {
      const address = Math.ceil(next / 16) * 16;
      const end = address + bytes;
      if (end > MOST_BYTES)
        throw new RangeError(
          `registration needs more than 4 GiB at once (${Math.ceil(end / 2 ** 20)} MiB): use a coarser resolution`,
        );
      const missing = end - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
      new Uint8Array(memory.buffer, address, bytes).fill(0);
      next = end;
      return address;
    },
    mark: () => next,
    release(mark: number): void {
      next = mark;
    },
  };
}

async function startWorker(data: TeamWorkerData): Promise<Worker> {
  const worker = new Worker(workerUrl(), { workerData: data });
  await once(worker, 'message');
  worker.unref();
  return worker;
}

/** Node 20 starts threads from JavaScript only: from the sources (tests), the built twin is taken. */
const workerUrl = (): URL =>
  import.meta.url.endsWith('.ts')
    ? new URL('../../../dist/program/team-worker.js', import.meta.url)
    : new URL('./team-worker.js', import.meta.url);
