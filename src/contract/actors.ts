import { z } from 'zod';

export const ActorSchema = z
  .object({
    path: z.string().meta({ description: 'Its place in the tree: ids from the root down, joined by `/`.' }),
    id: z.string(),
    parent: z.string().nullable().meta({ description: 'The path of the actor that owns it.' }),
    children: z.array(z.string()).meta({ description: 'The paths of the actors it owns.' }),
    machine: z.string().nullable().meta({ description: 'As in `GET /machines`; null for other actors.' }),
    status: z.enum(['active', 'done', 'error', 'stopped']),
    states: z.array(z.string()).meta({ description: 'Every state it is in, parents first.' }),
    context: z.unknown().meta({ description: 'Without secrets; large texts and lists are cut.' }),
  })
  .meta({ id: 'Actor' });

export const ActorListSchema = z
  .object({
    actors: z.array(ActorSchema).meta({ description: 'Parents before their children.' }),
  })
  .meta({ id: 'ActorList' });

/** Equal steps that follow each other within one frame are one, counted. */
export const ActorStepSchema = z
  .object({
    at: z.iso.datetime(),
    actor: z.string(),
    event: z.string(),
    transitions: z
      .array(z.string())
      .meta({ description: 'Those taken, as `data-transition` names them in a drawing.' }),
    states: z.array(z.string()),
    count: z.number().int().positive(),
  })
  .meta({ id: 'ActorStep' });

/** What `GET /actors?follow=true` sends: first everything, then what changed. */
export const ActorFrameSchema = z
  .object({
    actors: z.array(ActorSchema).meta({ description: 'Those that are new or changed.' }),
    gone: z.array(z.string()).meta({ description: 'Paths of actors that are no more.' }),
    steps: z.array(ActorStepSchema),
    dropped: z
      .number()
      .int()
      .nonnegative()
      .meta({ description: 'Steps left out because there were too many.' }),
  })
  .meta({ id: 'ActorFrame' });

export const ActorsQuerySchema = z.object({
  follow: z.stringbool().default(false).meta({
    description:
      '`true` goes on: server-sent events, `snapshot` with all actors, then `change` with those that changed and the steps they took. Nothing of it is stored.',
  }),
});

export const ActorEventsQuerySchema = z.object({ actor: z.string().min(1).max(1_000) });
export const AcceptedEventsSchema = z.object({ events: z.array(z.string()) }).meta({ id: 'AcceptedEvents' });

export const SendActorEventSchema = z
  .object({
    actor: z.string().min(1).max(1_000).meta({ description: 'Its path, as in `GET /actors`.' }),
    event: z.looseObject({ type: z.string().min(1).max(200) }),
  })
  .meta({ id: 'SendActorEvent' });

export type ActorEvent = z.infer<typeof SendActorEventSchema>['event'];
export type ActorView = z.infer<typeof ActorSchema>;
export type ActorStep = z.infer<typeof ActorStepSchema>;
export type ActorFrame = z.infer<typeof ActorFrameSchema>;
