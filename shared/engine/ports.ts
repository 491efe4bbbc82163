/** What the engine needs from the outside. Every adapter passes the port's conformance suite (test/ports). */
import type {
  BlockRecord,
  BlockRef,
  FailureRecord,
  GroupRecord,
  GroupRef,
  JobRecord,
  NewJob,
  ParentRecord,
  ParentRef,
  RunRecord,
  RunRef,
  RunShape,
  StepAt,
  StepId,
  Subject,
  TaskError,
  WaitingChange,
} from './records.ts';

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves (never rejects) after that time, or as soon as the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** A write with a condition: either way the item as it is now, for the next decision. */
export interface Conditional<Item> {
  readonly applied: boolean;
  readonly item: Item;
}

/**
 * The job's records, in the engine's own verbs (PROTOCOL section 1 has each verb's condition and update).
 * Reads are strongly consistent, writes are single items, and every write returns the item after it. A refused
 * `markDone`, `markFailed`, `groupFailed` or `stepFailed` is no error: the item comes back as it stands.
 * Writing to an item that does not exist is an error of the engine: adapters throw.
 */
export interface JobTable {
  /** Creates the job if absent; returns the one that is there. */
  createJob(job: NewJob): Promise<JobRecord>;
  getJob(jobId: string): Promise<JobRecord | undefined>;
  listJobs(): Promise<JobRecord[]>;
  setCancelled(jobId: string, cancelled: boolean): Promise<JobRecord>;
  /** Applied only where the job waits, and its `until` is `seenUntil`. What `change` leaves out stays; `waiting` goes. */
  setWaiting(jobId: string, seenUntil: number, change: WaitingChange): Promise<Conditional<JobRecord>>;
  /** Applied only where the generations are as `seen`. */
  raise(
    jobId: string,
    seen: Readonly<Record<StepId, number>>,
    raised: Readonly<Record<StepId, number>>,
    quietUntil: number,
  ): Promise<Conditional<JobRecord>>;
  stepDone(jobId: string, step: StepAt): Promise<JobRecord>;
  stepIncomplete(jobId: string, step: StepAt): Promise<JobRecord>;
  /** Refused where the step is done. */
  stepFailed(jobId: string, step: StepAt): Promise<JobRecord>;
  clearSteps(jobId: string, steps: readonly StepAt[]): Promise<JobRecord>;

  createRun(ref: RunRef, shape: RunShape): Promise<RunRecord>;
  getRun(ref: RunRef): Promise<RunRecord | undefined>;
  createBlock(ref: BlockRef, size: number): Promise<BlockRecord>;
  getBlock(ref: BlockRef): Promise<BlockRecord | undefined>;
  setExpanded(ref: ParentRef): Promise<ParentRecord>;
  /** `child` is a group, or a block where `ref` is a step run that has blocks. */
  groupDone(ref: ParentRef, child: number, gaps: boolean): Promise<ParentRecord>;
  /** Refused where the child is done. */
  groupFailed(ref: ParentRef, child: number): Promise<ParentRecord>;
  clearGroups(ref: ParentRef, children: readonly number[]): Promise<ParentRecord>;

  createGroup(ref: GroupRef, size: number): Promise<GroupRecord>;
  getGroup(ref: GroupRef): Promise<GroupRecord | undefined>;
  setSent(ref: GroupRef): Promise<GroupRecord>;
  /** Refused where the slot is failed or accepted. */
  markDone(ref: GroupRef, slot: number): Promise<GroupRecord>;
  /** Takes the slot out of `failed`; refused where it is accepted. */
  healDone(ref: GroupRef, slot: number): Promise<GroupRecord>;
  /** Refused where the slot is done or accepted. */
  markFailed(ref: GroupRef, slot: number): Promise<GroupRecord>;
  clearFailed(ref: GroupRef, slots: readonly number[]): Promise<GroupRecord>;
  /** Applied only where `failed` is exactly `slots`. */
  accept(ref: GroupRef, slots: readonly number[]): Promise<Conditional<GroupRecord>>;

  countAttempt(ref: RunRef, subject: Subject, error: TaskError): Promise<FailureRecord>;
  resetAttempts(ref: RunRef, subjects: readonly Subject[]): Promise<void>;
  listFailures(ref: RunRef): Promise<FailureRecord[]>;
}

export interface OutgoingMessage {
  readonly body: string;
  /** Messages of one group share the queue fairly with other groups: the job id. */
  readonly group: string;
}

export interface Delivery {
  /** Names this receive, not the message: a later receive has another handle. */
  readonly handle: string;
  readonly body: string;
  /** How often the message was received, this time included. */
  readonly receives: number;
}

export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface ReceiveOptions {
  readonly max: number;
  /** How long to wait for a first message. */
  readonly waitSeconds: number;
  /** The lease: after it the message is visible again. */
  readonly leaseSeconds: number;
  readonly signal?: AbortSignal;
}

/** One queue: at least once, in no order, with leases. */
export interface TaskQueue {
  /** Resolves when every message is safe; a partial failure rejects (and some may have been sent). */
  send(messages: readonly OutgoingMessage[]): Promise<void>;
  receive(options: ReceiveOptions): Promise<Delivery[]>;
  /** False: the lease is lost, stop working. */
  extend(handle: string, leaseSeconds: number): Promise<boolean>;
  /** Gives a message back, visible again after the delay. A lost lease is no error. */
  release(handle: string, delaySeconds: number): Promise<void>;
  delete(handles: readonly string[]): Promise<void>;
  depth(): Promise<QueueDepth>;
  purge(): Promise<void>;
}

/** Every queue of a deployment by name; dead letters of queue `q` arrive in `dead(q)`. */
export interface Queues {
  queue(name: string): TaskQueue;
  dead(name: string): TaskQueue;
}

export type Encoding = 'gzip' | 'br' | 'zstd';

/** Half open, in bytes of the object as stored. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Pieces of one object at equal distances: the rows of a region of an uncompressed image. */
export interface ByteRows {
  /** Of the first row. */
  readonly start: number;
  /** Of each row. */
  readonly bytes: number;
  /** From the start of one row to the start of the next. */
  readonly stride: number;
  readonly count: number;
}

export interface StoredObject {
  readonly bytes: Uint8Array;
  /** How `bytes` are compressed as a whole (Content-Encoding, or the suffix of a file in a folder). */
  readonly encoding: Encoding | undefined;
}

export interface ObjectHead {
  /** Bytes as stored. */
  readonly size: number;
  readonly encoding: Encoding | undefined;
}

export interface ListedObject {
  /** Without a suffix that stands for an encoding. */
  readonly key: string;
  readonly size: number;
}

export interface ListOptions {
  /** Without what lies behind a further slash. */
  readonly isFlat?: boolean;
}

export interface PutOptions {
  /** Write only where no such object exists; the result says whether it was written. */
  readonly ifAbsent?: boolean;
  readonly encoding?: Encoding;
  readonly contentType?: string;
  readonly cacheControl?: string;
}

/** Objects by key below one URL. Keys use `/`, never start with it, and never climb out (`..`). */
export interface ObjectStore {
  /** Ends without a slash: `file:///data/brain`. */
  readonly url: string;
  /** Undefined where there is no such object. */
  get(key: string): Promise<StoredObject | undefined>;
  /**
   * Several ranges of one object with one look-up, in the order given; a range beyond the end comes back short. Of an
   * encoded object, as of `getRows`, they are pieces of what is stored: nothing is unpacked.
   */
  getRanges(key: string, ranges: readonly ByteRange[]): Promise<Uint8Array[] | undefined>;
  /**
   * Rows back to back into `into`, without a copy on the way: fusion reads millions of them. Resolves with the number
   * of bytes that were there; less than asked for where the object ends too early.
   */
  getRows(key: string, rows: ByteRows, into: Uint8Array): Promise<number | undefined>;
  head(key: string): Promise<ObjectHead | undefined>;
  /** Whole or not at all: nobody ever sees half an object. False: refused by `ifAbsent`. */
  put(key: string, body: Uint8Array | AsyncIterable<Uint8Array>, options?: PutOptions): Promise<boolean>;
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject>;
  /** Deleting what is not there is no error. */
  delete(keys: readonly string[]): Promise<void>;
}

/** Word that this machine will be taken away. */
export type Notice =
  /** A spot machine is reclaimed at this time (milliseconds since 1970), about two minutes ahead. */
  | { readonly kind: 'spot'; readonly at: number }
  /** A spot machine is likelier than others to be reclaimed soon. */
  | { readonly kind: 'rebalance' }
  /** The fleet shrinks, and waits for this machine to be done. */
  | { readonly kind: 'scale-in' };

export interface Interruptions {
  /** The next notice that was not told before; undefined once the signal aborts. Never rejects. */
  next(signal: AbortSignal): Promise<Notice | undefined>;
  /** Told at each change: whoever chooses a machine to take away can leave alone one that works. */
  busy?(isBusy: boolean): void;
  /** Nothing is in work here any more: whoever waits for this machine need wait no longer. */
  left(): Promise<void>;
}

/** What the tasks of one step did in an interval. */
export interface StepFigures {
  readonly step: StepId;
  readonly done: number;
  readonly failed: number;
  /** Ended before they were done, to run elsewhere. */
  readonly aborted: number;
  /** How long each task took that was done. */
  readonly taskSeconds: readonly number[];
  /** From the jobs' inputs, as stored. */
  readonly bytesRead: number;
  /** All objects, as stored. */
  readonly bytesWritten: number;
  /** Of the tasks that were done. */
  readonly voxels: number;
}

/** How many tasks of one job's step were done, or failed, in an interval. */
export interface JobFigures {
  readonly job: string;
  readonly step: StepId;
  readonly done: number;
  readonly failed: number;
}

/** What one consumer did in an interval. The queue's calls are requests, as they are billed. */
export interface ConsumerFigures {
  /** The end of the interval, milliseconds since 1970. */
  readonly at: number;
  /** The queue's name: a service, or the one of plans. */
  readonly service: string;
  readonly steps: readonly StepFigures[];
  readonly jobs: readonly JobFigures[];
  /** Messages at work, the mean over the interval. */
  readonly busySlots: number;
  /** That brought a message. */
  readonly receives: number;
  readonly emptyReceives: number;
  readonly heartbeats: number;
  readonly releases: number;
  readonly deletes: number;
}

export interface Metrics {
  publish(figures: ConsumerFigures): void;
}
