import type { ObjectStore } from '../../src/archive/object-store.ts';

/** An object store in memory, which counts what is put. */
export class MemoryStore implements ObjectStore {
  readonly objects = new Map<string, Buffer>();
  /** How many bytes each put had. */
  readonly puts: number[] = [];
  /** What each call meets first: a test may have it wait, or fail. */
  obstacle: (call: keyof ObjectStore, key: string) => Promise<void> = () => Promise.resolve();

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.obstacle('put', key);
    this.puts.push(bytes.length);
    this.objects.set(key, Buffer.from(bytes));
  }

  async get(key: string): Promise<Buffer | null> {
    await this.obstacle('get', key);
    return this.objects.get(key) ?? null;
  }

  async list(folder: string): Promise<string[]> {
    await this.obstacle('list', folder);
    return [...this.objects.keys()].filter((key) => key.startsWith(folder)).toSorted();
  }

  async remove(key: string): Promise<void> {
    await this.obstacle('remove', key);
    this.objects.delete(key);
  }

  damage(key: string, bytes: Buffer | undefined): void {
    if (bytes === undefined) this.objects.delete(key);
    else this.objects.set(key, bytes);
  }
}
