import { z } from 'zod';
import {
  HookLogsQuerySchema,
  HooksStatusSchema,
  RunHooksQuerySchema,
  RunHooksResponseSchema,
  HookTestEventSchema,
  TestHookSchema,
} from '../../contract/hooks.ts';
import type { Engine } from '../engine.ts';
import { ENDING_REFUSALS, ok, READ_REFUSALS, route, sendAsEvents } from '../route.ts';

const RUN_REFUSALS = [...ENDING_REFUSALS, 'STORAGE_FULL'] as const;

export function hookRoutes({ hooks }: Pick<Engine, 'hooks'>) {
  return [
    route('GET', '/hooks/status', {
      summary: 'The state of the hooks of the repositories, and the end of their output',
      answers: ok('The hooks of this boot.', HooksStatusSchema),
      refusals: READ_REFUSALS,
      handle: () => hooks.status(),
    }),
    route('GET', '/hooks/logs', {
      summary: 'What hooks printed: `startHooks.log`',
      request: { query: HookLogsQuerySchema },
      answers: {
        200: {
          description:
            'The log as text. With `follow=true` its end and all that is added, as server-sent events `line`, one per line.',
          schema: z.string(),
          mediaType: 'text/plain',
        },
      },
      async handle({ query: { repo, follow = false } }, event) {
        const stream = await hooks.logs({ repo, follow });
        sendAsEvents(event);
        if (!follow) event.res.headers.set('content-type', 'text/plain; charset=utf-8');
        return stream;
      },
    }),
    route('POST', '/hooks/run', {
      summary: 'Run the hooks of all repositories, or of one',
      request: { query: RunHooksQuerySchema },
      answers: {
        202: { description: 'They run; `hooks.*` events tell the progress.', schema: RunHooksResponseSchema },
      },
      refusals: [...RUN_REFUSALS, 'HOOK_NOT_FOUND', 'HOOKS_RUNNING', 'HOOKS_FILE_INVALID'],
      handle: ({ query: { repo, type } }) => hooks.run({ repo, type }),
    }),
    route('POST', '/hooks/test', {
      summary: 'Try a script. Nothing is recorded, and nothing it started survives its end or the caller',
      request: { body: TestHookSchema },
      answers: {
        200: {
          description:
            'Server-sent events as it goes: `started`, `output` in whole lines, `ended`. After 1 MiB of output it is ended.',
          schema: HookTestEventSchema,
          mediaType: 'text/event-stream',
          example: { type: 'output', text: 'ready\n' },
        },
      },
      example: { script: 'npm ci', repo: 'shop', timeoutMs: 60_000 },
      refusals: [...RUN_REFUSALS, 'REPO_NOT_FOUND', 'TOO_MANY_HOOK_TESTS'],
      handle: ({ body }) => hooks.test(body),
    }),
  ];
}
