/** How a chat lets go of its server, and how a server is made to go. */
import { kill, terminate } from '../../process/terminate.ts';
import type { OpenQuestions } from '../open-questions.ts';
import { isWithin } from '../within.ts';
import type { ChatThread } from './chat-thread.ts';
import type { CodexServer } from './server.ts';
import { activeTurns, type CodexState } from './state.ts';

/** Nothing new is given to the server, and its process is told to end, or ended. */
export async function press(server: CodexServer, how: 'agent.terminate' | 'agent.kill'): Promise<void> {
  server.isLeaving = true;
  if (how === 'agent.terminate') terminate(server.run, { toolsOpenedSince: null });
  else await kill(server.run, { toolsOpenedSince: null });
}

/** How long a server may take to put a thread away. */
const PUT_AWAY_MS = 2_000;

/**
 * Whether the server ended whatever goes on in the thread, told once more, and closed it; the next message opens it
 * again. One that does not do that is of no use to anybody.
 */
export function putAway(server: CodexServer, state: CodexState): Promise<boolean> {
  const ends = activeTurns(state).map((turn) => server.request('turn/interrupt', turn));
  const closed = server.request('thread/unsubscribe', { threadId: state.threadId });
  // A turn that ended by itself meanwhile cannot be interrupted.
  return isWithin(Promise.all([Promise.allSettled(ends), closed]), PUT_AWAY_MS).catch(() => false);
}

export interface Leaver {
  thread: ChatThread;
  questions: OpenQuestions;
}

/** Leaves a server that others work with. What the turn had open is ended. */
export async function desert(server: CodexServer, { thread, questions }: Leaver): Promise<void> {
  thread.leave();
  questions.forget();
  const end = await thread.bury(server);
  if (end !== null) thread.conclude(end, server);
}
