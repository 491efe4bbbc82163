/** What one bucket holds, and who may use it how. */
import { createHash, randomUUID } from 'node:crypto';
import { S3Error } from './s3-error.ts';

export interface BucketOptions {
  readonly name: string;
  /** Where requests must be signed for; default: any. */
  readonly region?: string;
  /** `public-read`: whoever signs nothing may read. `denied`: nobody may do anything. Default: whoever signs may do all. */
  readonly access?: 'private' | 'public-read' | 'denied';
  /** Refuses requests that do not say that the requester pays. */
  readonly requesterPays?: boolean;
}

export interface KeptObject {
  readonly bytes: Buffer;
  /** With quotes. */
  readonly etag: string;
  /** As they are sent back: `content-encoding`, `cache-control`, `x-amz-meta-...` and so on. */
  readonly headers: Readonly<Record<string, string>>;
  /** Base64, of the whole object; undefined where it came in parts. */
  readonly crc32: string | undefined;
  readonly modified: Date;
}

export interface Upload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly bytes: Buffer; readonly etag: string }>;
}

export class Bucket {
  readonly options: BucketOptions;
  readonly uploads = new Map<string, Upload>();
  readonly #objects = new Map<string, KeptObject>();
  #sorted: string[] | undefined;

  constructor(options: BucketOptions) {
    this.options = options;
  }

  get(key: string): KeptObject | undefined {
    return this.#objects.get(key);
  }

  put(key: string, object: KeptObject): void {
    if (!this.#objects.has(key)) this.#sorted = undefined;
    this.#objects.set(key, object);
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.#sorted = undefined;
  }

  /** By the bytes of their UTF-8. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.#objects.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return this.#sorted;
  }

  beginUpload(key: string, headers: Upload['headers']): string {
    const id = randomUUID();
    this.uploads.set(id, { key, headers, parts: new Map() });
    return id;
  }

  upload(id: string): Upload {
    const found = this.uploads.get(id);
    if (found) return found;
    throw new S3Error('NoSuchUpload', 'The specified upload does not exist.');
  }
}

export const md5Of = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest();
