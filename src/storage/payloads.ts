import { randomUUID } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { StoredContentSchema, type MessageContent, type StoredContent } from '../contract/records.ts';
import type { EngineStorage } from './atomic-files.ts';

/** Texts too large for a line of the journal, one file each. */
export interface Payloads {
  /** Writes a file that is on disk when the promise resolves; returns its name. */
  write(text: string): Promise<string>;
  /** Throws when there is no such file. */
  read(file: string): Promise<string>;
  /** Removes files older than a minute that `isInUse` denies. */
  sweep(isInUse: (file: string) => boolean): Promise<void>;
}

/** A file is younger than this while the line that will name it is still on its way. */
const ON_ITS_WAY_MS = 60_000;

/** `folder` is a key of the storage. */
export function createPayloads({ storage, files }: EngineStorage, folder: string): Payloads {
  const keyOf = (name: string) => `${folder}:${name}`;
  return {
    async write(text) {
      const name = `${randomUUID()}.json`;
      await storage.setItemRaw(keyOf(name), Buffer.from(text));
      return name;
    },
    async read(name) {
      const bytes: unknown = await storage.getItemRaw(keyOf(name));
      if (!Buffer.isBuffer(bytes)) throw new Error(`The stored text "${name}" is gone.`);
      return bytes.toString('utf8');
    },
    async sweep(isInUse) {
      for (const name of await files.list(folder)) {
        if (isInUse(name)) continue;
        const { mtimeMs } = await lstat(files.pathOf(keyOf(name)));
        if (Date.now() - mtimeMs > ON_ITS_WAY_MS) await files.remove(keyOf(name));
      }
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
