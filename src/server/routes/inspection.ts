import { HTTPResponse } from 'h3';
import { z } from 'zod';
import {
  AcceptedEventsSchema,
  ActorEventsQuerySchema,
  ActorListSchema,
  ActorsQuerySchema,
  SendActorEventSchema,
} from '../../contract/actors.ts';
import { SuccessSchema } from '../../contract/chats.ts';
import {
  MachineListSchema,
  MachineParamsSchema,
  MachineQuerySchema,
  type MachineFormat,
} from '../../contract/machines.ts';
import type { PageFile } from '../../inspector/inspector-page.ts';
import type { Engine } from '../engine.ts';
import { ok, route, sendAsEvents } from '../route.ts';

const HeadersSchema = z.looseObject({ accept: z.string().default('') });
const AssetParamsSchema = z.object({ version: z.string(), asset: z.string() });

export function inspectionRoutes({
  machines,
  actors,
  inspector,
}: Pick<Engine, 'machines' | 'actors' | 'inspector'>) {
  return [
    route('GET', '/machines', {
      summary: 'The statecharts that decide what happens in an engine',
      answers: ok('All of them.', MachineListSchema),
      handle: () => ({ machines: machines.list() }),
    }),
    route('GET', '/machines/:name', {
      summary: 'One statechart: for Stately Studio, as a Mermaid diagram, or drawn',
      request: { params: MachineParamsSchema, query: MachineQuerySchema, headers: HeadersSchema },
      answers: {
        200: {
          description:
            'The configuration as Stately Studio imports it. `mermaid`: `text/vnd.mermaid`; `svg`: `image/svg+xml`, where `data-state` and `data-transition` name what an actor is in and took.',
          schema: z.looseObject({ id: z.string() }),
        },
      },
      refusals: ['MACHINE_NOT_FOUND'],
      async handle({ params: { name }, query, headers }) {
        const format = query.format ?? formatAccepted(headers.accept);
        const text = await machines.read(name, format);
        return new HTTPResponse(text, { headers: { 'content-type': MEDIA_TYPES[format], vary: 'Accept' } });
      },
    }),
    route('GET', '/actors', {
      summary: 'The actors that run now, the states they are in and what they keep',
      request: { query: ActorsQuerySchema },
      answers: ok('The engine and everything below it.', ActorListSchema),
      handle({ query: { follow } }, event) {
        if (!follow) return { actors: actors.list() };
        sendAsEvents(event);
        return actors.follow();
      },
    }),
    ...(actors.events === undefined ? [] : actorEventRoutes(actors.events)),
    route('GET', '/', {
      summary: 'Redirect to the page',
      isOpen: true,
      answers: {
        302: { description: 'It is at `/inspect`.', schema: z.literal(''), mediaType: 'text/plain' },
      },
      handle: () => new HTTPResponse('', { status: 302, headers: { location: 'inspect' } }),
    }),
    route('GET', '/inspect', {
      summary: 'A page that shows the engine at work; it asks for the secret itself',
      isOpen: true,
      answers: { 200: { description: 'The page.', schema: z.string(), mediaType: 'text/html' } },
      handle: () => toResponse(inspector.page()),
    }),
    route('GET', '/inspect/:version/:asset', {
      summary: 'Code and style of that page',
      isOpen: true,
      request: { params: AssetParamsSchema },
      answers: { 200: { description: 'One file.', schema: z.string(), mediaType: 'text/javascript' } },
      refusals: ['NOT_FOUND'],
      handle: ({ params: { version, asset } }) => toResponse(inspector.asset(version, asset)),
    }),
  ];
}

/** There only where machines may be tried out by hand. */
function actorEventRoutes(events: NonNullable<Engine['actors']['events']>) {
  return [
    route('GET', '/actors/events', {
      summary: 'The events that an actor takes as it stands',
      request: { query: ActorEventsQuerySchema },
      answers: ok('Their types.', AcceptedEventsSchema),
      refusals: ['ACTOR_NOT_FOUND'],
      handle: ({ query: { actor } }) => ({ events: events.accepted(actor) }),
    }),
    route('POST', '/actors/events', {
      summary: 'Send an event to an actor, to try it out',
      request: { body: SendActorEventSchema },
      answers: ok('It was sent.', SuccessSchema),
      refusals: ['ACTOR_NOT_FOUND', 'EVENT_NOT_ACCEPTED'],
      handle({ body: { actor, event } }) {
        events.send(actor, event);
        return { success: true };
      },
    }),
  ];
}

const MEDIA_TYPES: Record<MachineFormat, string> = {
  json: 'application/json;charset=UTF-8',
  mermaid: 'text/vnd.mermaid;charset=UTF-8',
  svg: 'image/svg+xml',
};

/** The first format that the header names; browsers that take anything get JSON. */
function formatAccepted(accept: string): MachineFormat {
  const types = accept.split(',').map((type) => type.split(';')[0]?.trim());
  const wanted = types.find((type) => type !== undefined && type in FORMATS);
  return FORMATS[wanted ?? ''] ?? 'json';
}

const FORMATS: Record<string, MachineFormat> = {
  'application/json': 'json',
  'text/vnd.mermaid': 'mermaid',
  'text/plain': 'mermaid',
  'image/svg+xml': 'svg',
};

function toResponse({ body, headers }: PageFile): HTTPResponse {
  return new HTTPResponse(body, { headers });
}
