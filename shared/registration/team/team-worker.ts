/** A thread of the team: it blocks between batches, and ends with its team. */
import { parentPort, workerData } from 'node:worker_threads';
import { instantiateRegistration, type SharedMemory } from '../../kernels/registration.ts';
import { boardAt, serve } from './batch.ts';

export interface TeamWorkerData {
  readonly module: object;
  readonly memory: SharedMemory;
  readonly board: number;
  readonly scratch: number;
}

const { module, memory, board, scratch } = workerData as TeamWorkerData;
parentPort?.postMessage('ready');
serve(boardAt(memory.buffer, board), instantiateRegistration(module, memory), scratch);
