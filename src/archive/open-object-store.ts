import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ArchiveTarget } from '../environment/archive-variables.ts';
import type { ObjectStore } from './object-store.ts';

/** Opens the objects of a workspace; what speaks S3 is loaded only for it. */
export async function openObjectStore(target: ArchiveTarget, workspaceId: string): Promise<ObjectStore> {
  const own = folderNameOf(workspaceId);
  if (target.kind === 's3') {
    const { S3Store } = await import('./s3-store.ts');
    return new S3Store({ ...target, prefix: [target.prefix, own].filter(Boolean).join('/') });
  }
  const { FileStore } = await import('./file-store.ts');
  return new FileStore({ root: target.folder, folder: join(target.folder, own) });
}

const LONGEST_NAME = 200;

/** A name that is one on every file system and needs no quoting in a URL: different for different workspaces. */
function folderNameOf(workspaceId: string): string {
  const quote = (text: string) => `_${text.charCodeAt(0).toString(16).padStart(2, '0')}`;
  const name = workspaceId.replaceAll(/[^A-Za-z\d.-]/g, quote).replace(/^\./, quote);
  return name.length <= LONGEST_NAME ? name : `_${createHash('sha256').update(workspaceId).digest('hex')}`;
}
