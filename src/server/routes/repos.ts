import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { FileNamesSchema, FileQuerySchema } from '../../contract/file-names.ts';
import { RepoListSchema, type Repo } from '../../contract/repos.ts';
import type { Engine } from '../engine.ts';
import { ok, READ_REFUSALS, route } from '../route.ts';

const QuerySchema = z.looseObject({
  includeDiffs: z.stringbool().default(false).meta({
    description:
      '`true` adds `gitDiff.fullDiff`: the difference to where the branch left the default branch.',
  }),
});

export function repoRoutes({ repos, files }: Pick<Engine, 'repos' | 'files'>) {
  return [
    route('GET', '/repos', {
      summary: 'The repositories of the workspace',
      request: { query: QuerySchema },
      answers: ok('The repositories by name. One that cannot be read says why in `error`.', RepoListSchema),
      refusals: READ_REFUSALS,
      async handle({ query }, { res }) {
        const list = await repos.list(query);
        if (!list.repos.some(isLong)) return list;
        res.headers.set('content-type', 'application/json');
        return Readable.from(jsonPieces(list), { objectMode: false });
      },
    }),
    route('GET', '/files', {
      summary: 'Find files of the repositories by letters of their paths, but for those that git ignores',
      request: { query: FileQuerySchema },
      answers: {
        200: {
          description:
            'Paths as agents see them, the best first, as of some seconds ago. `truncated`: there may be more.',
          schema: FileNamesSchema,
          example: { files: ['app/src/login.ts', 'app/docs/login.md'], truncated: false },
        },
      },
      handle: ({ query }) => files.find(query),
    }),
  ];
}

/** So long that writing it at once would hold others up. */
const LONG_CHARACTERS = 256 * 1024;

function isLong({ gitDiff }: Repo): boolean {
  return (gitDiff?.fullDiff?.length ?? 0) > LONG_CHARACTERS;
}

const PIECE_CHARACTERS = 256 * 1024;

/** A value as JSON in pieces, others getting their turn in between: for texts of megabytes, which take long to write. */
async function* jsonPieces(value: unknown): AsyncGenerator<string> {
  if (typeof value === 'string') yield* textPieces(value);
  else if (Array.isArray(value)) yield* listPieces(value);
  else if (typeof value === 'object' && value !== null) yield* objectPieces(value);
  else yield JSON.stringify(value);
}

async function* textPieces(text: string): AsyncGenerator<string> {
  if (text.length <= PIECE_CHARACTERS) return yield JSON.stringify(text);
  yield '"';
  for (let start = 0; start < text.length; start += PIECE_CHARACTERS) {
    await setImmediate();
    yield JSON.stringify(text.slice(start, start + PIECE_CHARACTERS)).slice(1, -1);
  }
  yield '"';
}

async function* listPieces(values: readonly unknown[]): AsyncGenerator<string> {
  yield '[';
  for (const [index, value] of values.entries()) {
    if (index > 0) yield ',';
    yield* jsonPieces(value);
  }
  yield ']';
}

async function* objectPieces(value: object): AsyncGenerator<string> {
  let separator = '{';
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    yield `${separator}${JSON.stringify(key)}:`;
    yield* jsonPieces(inner);
    separator = ',';
  }
  yield separator === '{' ? '{}' : '}';
}
