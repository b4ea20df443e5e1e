import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { anyText, parsed, webUrl, wholeNumber } from './environment-values.ts';

/** Where the archives of workspaces lie, each in a folder of its own below. */
export type ArchiveAddress =
  | { kind: 's3'; bucket: string; prefix: string }
  /** A folder that all machines reach. */
  | { kind: 'file'; folder: string };

/** How to come into an S3. */
export interface S3Access {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

export type ArchiveTarget = Extract<ArchiveAddress, { kind: 'file' }> | (S3Address & { access: S3Access });
type S3Address = Extract<ArchiveAddress, { kind: 's3' }>;

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const S3_URL = /^s3:\/\/(?<bucket>[a-z\d][a-z\d.-]{1,61}[a-z\d])(?:\/(?<prefix>[\w./-]{0,300}))?$/;
const DEFAULT_REGION = 'us-east-1';

/** What the engine reads of its environment about the archive. */
export const ARCHIVE_VARIABLES = {
  ARCHIVE_URL: parsed(parseArchiveUrl, 'must be s3://bucket, s3://bucket/prefix or file:///folder')
    .optional()
    .meta({
      description:
        'Where the workspace is archived: `s3://bucket/prefix`, or `file:///folder` for a volume that all machines reach. Without it nothing is archived.',
    }),
  ARCHIVE_FILE_BYTES: wholeNumber({ min: MIB, max: 64 * GIB })
    .default(256 * MIB)
    .meta({ description: 'Larger files are left out of the archive, which lists them.' }),
  ARCHIVE_REPOSITORY_BYTES: wholeNumber({ min: MIB, max: 64 * GIB })
    .default(GIB)
    .meta({
      description:
        'How much of one repository is archived: its changed files and the commits that no remote has. The rest is left out.',
    }),
  ARCHIVE_ACCESS_KEY_ID: anyText('The key of the archive, where `AWS_ACCESS_KEY_ID` is one for agents.'),
  ARCHIVE_SECRET_ACCESS_KEY: anyText('The secret of that key.'),
  ARCHIVE_SESSION_TOKEN: anyText('The session of that key, when it has one.'),
};

/** The usual ones of AWS, which tools of agents read as well. */
export const AWS_VARIABLES = {
  AWS_ENDPOINT_URL_S3: webUrl('Where the S3 of the archive is, unless on AWS.'),
  AWS_ENDPOINT_URL: webUrl('The same, when `AWS_ENDPOINT_URL_S3` is not set.'),
  AWS_REGION: anyText(`The region of the archive; \`${DEFAULT_REGION}\` without it.`),
  AWS_ACCESS_KEY_ID: anyText(
    'The key of the archive. With an archive in S3, agents and hooks do not get it.',
  ),
  AWS_SECRET_ACCESS_KEY: anyText('The secret of that key; withheld like it.'),
  AWS_SESSION_TOKEN: anyText('The session of that key, when it has one; withheld like it.'),
};

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

type Settings = z.output<z.ZodObject<typeof ARCHIVE_VARIABLES & typeof AWS_VARIABLES>>;

/** What of AWS is the archive's alone. */
export function withheldKeys(settings: Settings): readonly string[] {
  return settings.ARCHIVE_URL?.kind === 's3' && settings.ARCHIVE_ACCESS_KEY_ID === undefined ? KEYS : [];
}

/** Null without an archive, undefined when there is no key to come in with. */
export function archiveTargetOf(settings: Settings): ArchiveTarget | null | undefined {
  const { ARCHIVE_URL: address, AWS_REGION: region = DEFAULT_REGION } = settings;
  if (address?.kind !== 's3') return address ?? null;
  const hasOwn = settings.ARCHIVE_ACCESS_KEY_ID !== undefined;
  const accessKeyId = hasOwn ? settings.ARCHIVE_ACCESS_KEY_ID : settings.AWS_ACCESS_KEY_ID;
  const secretAccessKey = hasOwn ? settings.ARCHIVE_SECRET_ACCESS_KEY : settings.AWS_SECRET_ACCESS_KEY;
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const sessionToken = hasOwn ? settings.ARCHIVE_SESSION_TOKEN : settings.AWS_SESSION_TOKEN;
  const url = settings.AWS_ENDPOINT_URL_S3 ?? settings.AWS_ENDPOINT_URL;
  const access = { endpoint: url ?? `https://s3.${region}.amazonaws.com`, region };
  return { ...address, access: { ...access, accessKeyId, secretAccessKey, sessionToken } };
}

/** What must never be shown. */
export function archiveSecretsOf(settings: Settings): string[] {
  const { AWS_SECRET_ACCESS_KEY: aws, ARCHIVE_SECRET_ACCESS_KEY: own } = settings;
  const secrets = [aws, own, settings.AWS_SESSION_TOKEN, settings.ARCHIVE_SESSION_TOKEN];
  return secrets.filter((secret) => secret !== undefined);
}

/** Where it is, for people; never how to come in. */
export function describeArchive(target: ArchiveTarget): string {
  if (target.kind === 'file') return target.folder;
  return `s3://${[target.bucket, target.prefix].filter(Boolean).join('/')} at ${target.access.endpoint}`;
}

function parseArchiveUrl(text: string): ArchiveAddress | null {
  const { bucket, prefix = '' } = S3_URL.exec(text)?.groups ?? {};
  const parts = prefix.split('/').filter(Boolean);
  if (bucket !== undefined) {
    const leadsOut = parts.some((part) => /^\.+$/.test(part));
    return leadsOut ? null : { kind: 's3', bucket, prefix: parts.join('/') };
  }
  if (!text.startsWith('file:///') || !URL.canParse(text)) return null;
  const folder = fileURLToPath(text);
  return isAbsolute(folder) ? { kind: 'file', folder } : null;
}
