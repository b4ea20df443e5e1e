import type { Row } from './errors.ts';

/** Refusals while a workspace goes from one machine to another. */
export const MOVE_ERRORS = {
  WORKSPACE_MOVED: {
    status: 409,
    exitCode: 76,
    meaning: 'Another engine has the workspace; `context.owner` names it. Ask that one. This one ends.',
    message: ({ owner }: { owner: string }) =>
      `The workspace moved to the engine ${owner}; send to that one.`,
  },
  RESTORING: {
    status: 503,
    meaning:
      'The workspace is being brought here from another machine; `GET /health` tells how far it is. Repeat the request after the seconds of `Retry-After`.',
    message: ({ message }: { message: string }) => message,
  },
  HAND_OVER_UNAVAILABLE: {
    status: 409,
    meaning: 'The engine cannot give its workspace to another machine now; the message says what to do.',
    message: ({ reason }: { reason: string }) => `The workspace cannot be handed over: ${reason}`,
  },
  HAND_OVER_FAILED: {
    status: 503,
    meaning:
      'The workspace was not handed over in time; the message says what was in the way. Nothing is lost, turns start again, and it may be asked for again.',
    message: ({ reason }: { reason: string }) =>
      `The workspace was not handed over: ${reason} The engine goes on.`,
  },
} satisfies Record<string, Row>;
