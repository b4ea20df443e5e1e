import { z } from 'zod';
import { ChangeWorkspaceBudgetSchema } from '../../contract/budget.ts';
import { HandOverSchema, HealthSchema, StatusSchema } from '../../contract/status.ts';
import { UsageResponseSchema } from '../../contract/usage.ts';
import {
  RefreshAcceptedSchema,
  RefreshParamsSchema,
  TokenRefreshHealthSchema,
} from '../../contract/credentials.ts';
import type { Engine } from '../engine.ts';
import { describeRoutes } from '../openapi.ts';
import {
  ENDING_REFUSALS,
  ok,
  READ_REFUSALS,
  route,
  withDeadline,
  WRITE_REFUSALS,
  type Route,
} from '../route.ts';

const HandOverQuerySchema = z.object({
  /** Nothing else is drained by a request: a signal ends an engine at once. */
  handOver: z.literal('true'),
  /** How long all of it may take; of a hand-over that is under way, the first one counts. */
  limitSeconds: z.coerce.number().int().min(1).max(86_400).default(600),
});

export function engineRoutes(
  engine: Pick<Engine, 'health' | 'status' | 'usage' | 'setBudget' | 'move' | 'metrics' | 'credentials'>,
) {
  return [
    route('GET', '/health', {
      summary: 'Whether the engine lives and how far its boot is',
      isOpen: true,
      answers: ok('It lives.', HealthSchema),
      handle: () => engine.health(),
    }),
    route('GET', '/status', {
      summary: 'Counters of the engine',
      answers: ok('The counters, as of `lastEventId`.', StatusSchema),
      refusals: READ_REFUSALS,
      handle: () => engine.status(),
    }),
    route('GET', '/usage', {
      summary: 'What the agents have used: all, by agent, by chat',
      answers: ok('The sums, as of `lastEventId`.', UsageResponseSchema),
      refusals: READ_REFUSALS,
      handle: () => engine.usage(),
    }),
    route('PATCH', '/usage', {
      summary: 'Set what all chats together may use; null lifts it',
      request: { body: ChangeWorkspaceBudgetSchema },
      answers: ok('The sums, with the new budget.', UsageResponseSchema),
      refusals: WRITE_REFUSALS,
      handle: ({ body }) => withDeadline(engine.setBudget(body.budget)),
    }),
    route('POST', '/drain', {
      summary:
        'Give the workspace to another machine: turns end, everything is archived, then the engine ends',
      request: { query: HandOverQuerySchema },
      answers: {
        200: { description: 'Everything is kept: another engine may start now.', schema: HandOverSchema },
        202: { description: 'It is not over yet. Ask again to go on waiting.', schema: HandOverSchema },
      },
      refusals: ['HAND_OVER_UNAVAILABLE', 'HAND_OVER_FAILED', ...ENDING_REFUSALS],
      async handle({ query }, { res }) {
        const answer = await engine.move({ limitMs: query.limitSeconds * 1_000 });
        res.status = answer.state === 'handedOver' ? 200 : 202;
        return answer;
      },
    }),
    route('GET', '/metrics', {
      summary: 'What Prometheus collects',
      answers: {
        200: {
          description: 'Counters since the engine started, gauges and histograms, in the text format.',
          schema: z.string(),
          mediaType: 'text/plain',
        },
      },
      async handle(_, { res }) {
        const { mediaType, text } = await engine.metrics.read();
        res.headers.set('content-type', mediaType);
        return text;
      },
    }),
    route('GET', '/token-refresh/health', {
      summary: 'The state of the credentials of GitHub, Claude Code and Codex, without any secret',
      answers: ok('Each provider.', TokenRefreshHealthSchema),
      handle: () => engine.credentials.health(),
    }),
    route('POST', '/token-refresh/:provider', {
      summary: 'Ask the control plane for another credential now',
      request: { params: RefreshParamsSchema },
      answers: {
        202: {
          description: 'It is being asked; `credentials.changed` events tell the result.',
          schema: RefreshAcceptedSchema,
        },
      },
      refusals: ENDING_REFUSALS,
      handle: ({ params: { provider } }) => engine.credentials.refresh(provider),
    }),
  ];
}

/** `routes` are described together with the route that describes them. */
export function openapiRoutes({ version, routes }: { version: string; routes: Route[] }) {
  const describing: Route = route('GET', '/openapi.json', {
    summary: 'This interface as an OpenAPI 3.1 document',
    answers: { 200: { description: 'The document.', schema: z.looseObject({ openapi: z.string() }) } },
    handle: () => describeRoutes([...routes, describing], { version }),
  });
  return [describing];
}
