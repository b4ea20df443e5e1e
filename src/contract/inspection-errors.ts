import type { Row } from './errors.ts';

/** What looking into machines and actors is refused with. */
export const INSPECTION_ERRORS = {
  MACHINE_NOT_FOUND: {
    status: 404,
    meaning: 'There is no statechart of this name. `GET /machines` lists them.',
    message: ({ name, known }: { name: string; known: string[] }) =>
      `No machine is called "${name}"; the machines are ${known.join(', ')}.`,
  },
  ACTOR_NOT_FOUND: {
    status: 404,
    meaning: 'No actor has this path, or it is gone. `GET /actors` lists them.',
    message: ({ actor }: { actor: string }) => `No actor has the path "${actor}".`,
  },
  EVENT_NOT_ACCEPTED: {
    status: 409,
    meaning: 'The machine does not take this event in its state. `context.accepted` lists those it takes.',
    message: ({ actor, type, accepted }: { actor: string; type: string; accepted: string[] }) =>
      `"${actor}" does not take "${type}" now; it takes ${accepted.join(', ') || 'none'}.`,
  },
} satisfies Record<string, Row>;
