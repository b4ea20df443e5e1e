import type { Position } from '../../contract/records.ts';
import { clear } from '../../process/sweep.ts';
import type { AgentContext } from '../agent-context.ts';
import { requestIdOf } from '../request-ids.ts';
import type { PlannedThread } from './planning.ts';
import type { CodexProcess } from './process.ts';
import { decide } from './requests.ts';
import type { Signal } from './step.ts';
import type { ChatThreadOptions } from './thread-options.ts';

export interface Reaction extends Pick<ChatThreadOptions, 'chat' | 'questions' | 'planning'> {
  thread: PlannedThread & { write: (line: string) => void };
  position: Position;
}

/** What is done about a signal of the server: somebody is asked, or it is answered at once. */
export function react(signal: Signal, { chat, questions, planning, thread, position }: Reaction): void {
  const { process, state } = thread;
  const { turn } = state;
  const { runId } = position;
  if (process === null) return;
  if (signal.kind === 'resolved') return questions.withdraw(requestIdOf(runId, signal.requestId), position);
  if (signal.kind === 'planned') return turn === null ? undefined : planning.ask(turn, position);
  const { policy } = chat;
  const decision = decide(signal.request, { policy, planMode: turn?.planMode ?? false, runId, state });
  if (decision.kind === 'ask') questions.ask(decision.request, position);
  else if (decision.kind === 'answer') thread.write(decision.line);
  else process.refuse(signal.request);
}

/** The folder of a run is needed until its end is on disk. */
export function clearWhenSettled({ run }: CodexProcess, { settled, log }: AgentContext): void {
  settled()
    .then(() => clear(run))
    .catch((error: unknown) => log.warn({ err: error, runId: run.id }, 'a run was not cleared away'));
}
