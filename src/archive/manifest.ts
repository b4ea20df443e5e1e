/** What an archive of a workspace consists of: files and repositories, cut into pieces that are named by what they hold. */
import { z } from 'zod';

const Sha256Schema = z.string().regex(/^[\da-f]{64}$/);
const ObjectIdSchema = z.string().regex(/^(?:[\da-f]{40}|[\da-f]{64})$/);
const sizeSchema = z.number().int().nonnegative();

/** A part of a file, in the order of the list. `sha256` and `size` are those of its content, not of what is stored. */
const PieceSchema = z.object({ sha256: Sha256Schema, size: sizeSchema });

/** Something that is not in the archive, and why. */
const OmissionSchema = z.object({ path: z.string(), size: sizeSchema.optional(), reason: z.string() });

const ArchivedFileSchema = z.object({
  /** Below the home, without a way out of it. */
  path: z.string().refine((path) => !/^\/|(?:^|\/)\.\.?(?:\/|$)|\0/.test(path), 'leads out of the home'),
  mode: z.number().int().min(0).max(0o777),
  size: sizeSchema,
  mtimeMs: z.number(),
  pieces: z.array(PieceSchema),
});

export const ArchivedRepositorySchema = z.object({
  name: z.string(),
  /** Below the home. */
  path: ArchivedFileSchema.shape.path,
  /** By name, without credentials. */
  remotes: z.record(z.string(), z.string()),
  /** The remote whose commits are not in the bundles; null when all are. */
  basedOn: z.string().nullable(),
  /** Checked out; null for a detached head. */
  branch: z.string().nullable(),
  /** Null before the first commit. */
  head: ObjectIdSchema.nullable(),
  /** What branches and tags point at, by their full names. */
  refs: z.record(z.string(), ObjectIdSchema),
  /** The refs that branches follow, by the full names of both. */
  upstreams: z.record(z.string(), z.string()),
  /** The latest first. */
  stashes: z.array(z.object({ id: ObjectIdSchema, message: z.string() })),
  /** A commit with the tree of the index; null when there was a merge in it, which git cannot keep as a tree. */
  index: ObjectIdSchema.nullable(),
  /** A commit with the tree of the files. */
  files: ObjectIdSchema,
  /** In the order in which they build on each other. */
  bundles: z.array(
    z.object({
      size: sizeSchema,
      pieces: z.array(PieceSchema),
      /** Commits of bundles before it, or of that remote, which it builds on. */
      prerequisites: z.array(ObjectIdSchema),
    }),
  ),
  omitted: z.array(OmissionSchema),
});

export const ManifestSchema = z.object({
  version: z.literal(1),
  workspaceId: z.string(),
  /** Of the engine that wrote it: the highest one counts. */
  epoch: z.number().int().positive(),
  takenAt: z.iso.datetime(),
  /** Everything of the log up to here is in it. */
  lastEventId: z.string(),
  files: z.array(ArchivedFileSchema),
  repositories: z.array(ArchivedRepositorySchema),
  omitted: z.array(OmissionSchema),
});

export type Piece = z.output<typeof PieceSchema>;
export type Omission = z.output<typeof OmissionSchema>;
export type ArchivedFile = z.output<typeof ArchivedFileSchema>;
export type ArchivedRepository = z.output<typeof ArchivedRepositorySchema>;
export type Manifest = z.output<typeof ManifestSchema>;
