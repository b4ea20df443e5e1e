import { Readable } from 'node:stream';
import { z } from 'zod';
import { RepoListSchema } from '../../contract/repos.ts';
import type { Repo } from '../../contract/repos.ts';
import type { Engine } from '../../engine.ts';
import { jsonPieces } from '../json-pieces.ts';
import { route } from '../route.ts';

const RepoList = RepoListSchema.meta({ id: 'RepoList' });

const QuerySchema = z.looseObject({
  includeDiffs: z.stringbool().default(false).meta({
    description: '`true` adds `gitDiff.fullDiff`: the files against where the branch left the default one.',
  }),
});

export function repoRoutes({ repos }: Pick<Engine, 'repos'>) {
  return [
    route({
      method: 'GET',
      path: '/repos',
      summary: 'The repositories of the workspace',
      request: z.object({ query: QuerySchema }),
      answers: {
        200: {
          description: 'The repositories by name. One that cannot be read says why in `error`.',
          schema: RepoList,
        },
      },
      async handle({ query }, { res }) {
        const list = await repos.list(query);
        if (!list.repos.some(isLong)) return list;
        res.headers.set('content-type', 'application/json');
        return Readable.from(jsonPieces(list), { objectMode: false });
      },
    }),
  ];
}

/** So long that writing it at once would hold others up. */
const LONG_CHARACTERS = 256 * 1024;

function isLong({ gitDiff }: Repo): boolean {
  return (gitDiff?.fullDiff?.length ?? 0) > LONG_CHARACTERS;
}
