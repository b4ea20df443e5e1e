import { z } from 'zod';
import { RepoListSchema } from '../../contract/repos.ts';
import type { Engine } from '../../engine.ts';
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
      handle: ({ query }) => repos.list(query),
    }),
  ];
}
