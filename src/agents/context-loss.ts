/** An agent that does not know any more what was said before: told where its next turn begins, whichever agent it is. */

/** What the user is told when a session is begun in the place of one that cannot be resumed. */
export function allIsLost(reason: string): string {
  return `The conversation so far could not be resumed (${reason}). A new one was begun: the agent knows nothing of what was said before.`;
}

/** The same, of a session that is resumed as far as it is there. */
export function partIsLost(reason: string): string {
  return `Part of the conversation so far is missing (${reason}): the agent may not know all of what was said before.`;
}

/** What the user is told who asked for that. */
export const CLEARED = 'The conversation was cleared: the agent knows nothing of what was said before.';

/** The event that stands for it, but for its time. */
export function lossOf(sessionId: string | null, message: string) {
  return { type: 'session-gap' as const, payload: { reason: 'context_lost', sessionId, message } };
}

/** What a machine short of something says: the session may be there all the same. */
export function isPassing(reason: string): boolean {
  return /too many open files|no space left|cannot allocate|out of memory|temporarily unavailable|active writer/i.test(
    reason,
  );
}
