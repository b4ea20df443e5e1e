import { z } from 'zod';
import { EngineEventSchema } from '../../contract/events.ts';
import type { Engine } from '../engine.ts';
import { mergeFrames } from '../merge-frames.ts';
import { route } from '../route.ts';

const EVENT_TYPES: ReadonlySet<string> = new Set(
  EngineEventSchema.options.map(({ shape }) => shape.type.value),
);

const QuerySchema = z.looseObject({
  after: z.string().optional().meta({
    description:
      'Replay everything after this event id, with `start` everything that is kept, then go live. `Last-Event-ID` wins over it.',
  }),
  types: z
    .string()
    .transform((list) => new Set(list.split(',')))
    .superRefine(namesEventTypes)
    .optional()
    .meta({ description: 'Only these event types, separated by commas.' }),
  chatId: z.string().min(1).max(200).optional().meta({ description: 'Only events of this chat.' }),
  partial: z.stringbool().default(false).meta({
    description: '`true` adds `chat.turn.partial`: pieces of what an agent is writing. They are not stored.',
  }),
  also: z
    .string()
    .transform((list) => new Set(list.split(',')))
    .pipe(z.set(z.enum(['actors', 'hookOutput'])))
    .optional()
    .meta({
      description:
        'More streams in this one, separated by commas: `actors` adds the frames of `GET /actors?follow=true`, `hookOutput` those of `GET /hooks/logs?follow=true`. They carry no id; behind a connection that broke they begin anew.',
    }),
});

const HeadersSchema = z.looseObject({
  'last-event-id': z.string().optional().meta({ description: 'The last id this client has seen.' }),
});

export function eventRoutes({ events, actors, hooks }: Pick<Engine, 'events' | 'actors' | 'hooks'>) {
  return [
    route('GET', '/events', {
      summary: 'Everything that happens, as server-sent events',
      request: { query: QuerySchema, headers: HeadersSchema },
      refusals: ['SHUTTING_DOWN'],
      answers: {
        200: {
          description:
            'One frame per event: `id` is its id, `event` its type, `data` the event as one line of JSON. A frame with an `id` alone moves the cursor.',
          schema: EngineEventSchema,
          mediaType: 'text/event-stream',
          example: {
            id: '000000000042-5f0c2a91',
            ts: '2026-01-01T12:00:00.000Z',
            type: 'chat.turn.accepted',
            payload: {
              chatId: '7b0f5c1e-2a64-4d3b-9e0a-1c5d8f7e6a90',
              messageId: 'm-1',
              queued: false,
              position: 0,
            },
          },
        },
      },
      async handle({ query: { after, types, chatId, partial, also }, headers }) {
        const output = also?.has('hookOutput') ? [await hooks.logs({ follow: true })] : [];
        const cursor = headers['last-event-id'] || after;
        const stream = await events.open({ after: cursor, types, chatId, partial });
        if (also === undefined) return stream;
        return mergeFrames([stream, ...(also.has('actors') ? [actors.follow()] : []), ...output]);
      },
    }),
  ];
}

function namesEventTypes(types: Set<string>, context: z.RefinementCtx): void {
  for (const type of types) {
    if (!EVENT_TYPES.has(type))
      context.addIssue(`there is no event type ${JSON.stringify(type.slice(0, 50))}`);
  }
}
