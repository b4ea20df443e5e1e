/** Objects of one workspace. Every call fails with an `ObjectStoreError`, after some time at the latest. */
export interface ObjectStore {
  /** Replaces an object as a whole. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Null when there is none. */
  get(key: string): Promise<Buffer | null>;
  /** The keys in a folder like `pieces/`, sorted. */
  list(folder: string): Promise<string[]>;
  /** Does nothing when there is none. */
  remove(key: string): Promise<void>;
}

/** Why the archive did not answer as it should; never with a credential in it. */
export class ObjectStoreError extends Error {
  override readonly name = 'ObjectStoreError';
  /** What the store or the system calls it, such as `NoSuchBucket` or `ENOSPC`. */
  readonly code: string;

  constructor(message: string, code = '') {
    super(message);
    this.code = code;
  }
}
