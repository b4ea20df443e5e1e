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
import type { Engine, PageFile } from '../engine.ts';
import { route, sendAsEvents } from '../route.ts';

const MachineList = MachineListSchema.meta({ id: 'MachineList' });
const HeadersSchema = z.looseObject({ accept: z.string().default('') });

export function machineRoutes({ machines }: Pick<Engine, 'machines'>) {
  return [
    route({
      method: 'GET',
      path: '/machines',
      summary: 'The statecharts that decide what happens in an engine',
      answers: { 200: { description: 'All of them.', schema: MachineList } },
      handle: () => ({ machines: machines.list() }),
    }),
    route({
      method: 'GET',
      path: '/machines/:name',
      summary: 'One statechart: for Stately Studio, as a Mermaid diagram, or drawn',
      request: z.object({ params: MachineParamsSchema, query: MachineQuerySchema, headers: HeadersSchema }),
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

const ActorList = ActorListSchema.meta({ id: 'ActorList' });

export function actorRoutes({ actors }: Pick<Engine, 'actors'>) {
  return [
    route({
      method: 'GET',
      path: '/actors',
      summary: 'The actors that run now, the states they are in and what they keep',
      request: z.object({ query: ActorsQuerySchema }),
      answers: { 200: { description: 'The engine and everything below it.', schema: ActorList } },
      handle({ query: { follow } }, event) {
        if (!follow) return { actors: actors.list() };
        sendAsEvents(event);
        return actors.follow();
      },
    }),
  ];
}

const AcceptedEvents = AcceptedEventsSchema.meta({ id: 'AcceptedEvents' });
const SendActorEvent = SendActorEventSchema.meta({ id: 'SendActorEvent' });

/** There only where machines may be tried out by hand. */
export function actorEventRoutes({ actors: { events } }: Pick<Engine, 'actors'>) {
  if (events === undefined) return [];
  return [
    route({
      method: 'GET',
      path: '/actors/events',
      summary: 'The events that an actor takes as it stands',
      request: z.object({ query: ActorEventsQuerySchema }),
      answers: { 200: { description: 'Their types.', schema: AcceptedEvents } },
      refusals: ['ACTOR_NOT_FOUND'],
      handle: ({ query: { actor } }) => ({ events: events.accepted(actor) }),
    }),
    route({
      method: 'POST',
      path: '/actors/events',
      summary: 'Send an event to an actor, to try it out',
      request: z.object({ body: SendActorEvent }),
      answers: { 200: { description: 'It was sent.', schema: SuccessSchema } },
      refusals: ['ACTOR_NOT_FOUND', 'EVENT_NOT_ACCEPTED'],
      handle({ body: { actor, event } }) {
        events.send(actor, event);
        return { success: true };
      },
    }),
  ];
}

const AssetParamsSchema = z.object({ version: z.string(), asset: z.string() });

export function inspectRoutes({ inspector }: Pick<Engine, 'inspector'>) {
  return [
    route({
      method: 'GET',
      path: '/',
      summary: 'Leads people to the page',
      isOpen: true,
      answers: {
        302: { description: 'It is at `/inspect`.', schema: z.literal(''), mediaType: 'text/plain' },
      },
      handle: () => new HTTPResponse('', { status: 302, headers: { location: 'inspect' } }),
    }),
    route({
      method: 'GET',
      path: '/inspect',
      summary: 'A page that shows the engine at work; it asks for the secret itself',
      isOpen: true,
      answers: { 200: { description: 'The page.', schema: z.string(), mediaType: 'text/html' } },
      handle: () => toResponse(inspector.page()),
    }),
    route({
      method: 'GET',
      path: '/inspect/:version/:asset',
      summary: 'Code and style of that page',
      isOpen: true,
      request: z.object({ params: AssetParamsSchema }),
      answers: { 200: { description: 'One file.', schema: z.string(), mediaType: 'text/javascript' } },
      refusals: ['NOT_FOUND'],
      handle: ({ params: { version, asset } }) => toResponse(inspector.asset(version, asset)),
    }),
  ];
}

function toResponse({ body, headers }: PageFile): HTTPResponse {
  return new HTTPResponse(body, { headers });
}
