import { randomUUID } from 'node:crypto';
import { StoredContentSchema, type MessageContent, type StoredContent } from '../contract/records.ts';
import type { EngineStorage } from './atomic-files.ts';

/** Texts too large for a line of the journal, one file each. */
export interface Payloads {
  /** Writes a file that is on disk when the promise resolves; returns its name. */
  write(text: string): Promise<string>;
  /** Throws when there is no such file. */
  read(file: string): Promise<string>;
  /** Removes files that `isInUse` denies, but for those that were written within a minute. */
  sweep(isInUse: (file: string) => boolean): Promise<void>;
}

/** So long the line that will name a file may be on its way, by a clock that neither jumps nor goes on while the machine sleeps. */
const ON_ITS_WAY_MS = 60_000;

/** `folder` is a key of the storage. */
export function createPayloads({ storage, files }: EngineStorage, folder: string): Payloads {
  const keyOf = (name: string) => `${folder}:${name}`;
  /** When they were written. */
  const young = new Map<string, number>();
  return {
    async write(text) {
      const name = `${randomUUID()}.json`;
      young.set(name, Infinity);
      try {
        await storage.setItemRaw(keyOf(name), Buffer.from(text));
      } finally {
        young.set(name, performance.now());
      }
      return name;
    },
    async read(name) {
      const bytes: unknown = await storage.getItemRaw(keyOf(name));
      if (!Buffer.isBuffer(bytes)) throw new Error(`The stored text "${name}" is gone.`);
      return bytes.toString('utf8');
    },
    async sweep(isInUse) {
      const names = await files.list(folder);
      const since = performance.now() - ON_ITS_WAY_MS;
      for (const [name, writtenAt] of young) if (writtenAt < since) young.delete(name);
      for (const name of names) if (!young.has(name) && !isInUse(name)) await files.remove(keyOf(name));
    },
  };
}

/** What a message says, wherever it is kept. Throws when its file is gone. */
export async function readContent(
  content: MessageContent,
  payloads: Pick<Payloads, 'read'>,
): Promise<StoredContent> {
  if (content.kind === 'inline') return { text: content.text, images: [] };
  return StoredContentSchema.parse(JSON.parse(await payloads.read(content.file)));
}
