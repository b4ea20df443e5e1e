import { randomBytes } from 'node:crypto';
import { openObjectStore } from '../../archive/open-object-store.ts';
import { describeArchive, type ArchiveTarget } from '../../environment/archive-variables.ts';
import { bad, good, type Finding } from './check.ts';

/** What can be done about it, by what the archive said. */
const REMEDIES: Readonly<Record<string, string>> = {
  NoSuchBucket: 'Create the bucket, or correct ARCHIVE_URL.',
  AccessDenied:
    'Allow the key s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket below the prefix.',
  InvalidAccessKeyId: 'Correct AWS_ACCESS_KEY_ID, or ARCHIVE_ACCESS_KEY_ID.',
  SignatureDoesNotMatch: 'Correct AWS_SECRET_ACCESS_KEY, or ARCHIVE_SECRET_ACCESS_KEY, and AWS_REGION.',
  ENOENT: 'Mount the volume, or create the folder.',
  EACCES: 'Give the folder to the user of the engine.',
};

/** Whether the archive takes an object, gives it back, lists and removes it. */
export async function examineArchive(target: ArchiveTarget): Promise<Finding> {
  const place = describeArchive(target);
  const id = randomBytes(8).toString('hex');
  try {
    const store = await openObjectStore(target, 'doctor');
    await store.put(`probes/${id}`, Buffer.from(id));
    const kept = await store.get(`probes/${id}`);
    const listed = await store.list('probes/');
    await store.remove(`probes/${id}`);
    return String(kept) === id && listed.includes(`probes/${id}`)
      ? good(`${place} keeps what it is given`)
      : bad(`${place} does not give back what it was given`, 'Use a store that is consistent after a write.');
  } catch (error) {
    const { message, code = '' } = error as { message: string; code?: string };
    return bad(
      `${place} cannot be used (${message})`,
      REMEDIES[code] ?? 'Check ARCHIVE_URL and AWS_ENDPOINT_URL, and that the archive is there.',
    );
  }
}
