/** Deals with what a process that is gone left behind: what it runs, what was open, and its folder. */
import type { Becoming } from '../../../machines/agent-process.events.ts';
import type { Failure } from '../../contract/chats.ts';
import { readStderrTail } from '../../processes/stderr-tail.ts';
import { clear } from '../../processes/sweep.ts';
import { hasDetached, killRemains } from '../../processes/terminate.ts';
import type { ExecutorOptions } from '../agent-context.ts';
import type { Facts } from '../facts.ts';
import type { Conversation } from './conversation.ts';
import type { LiveProcess } from './live-process.ts';
import { isWritten } from './recovery.ts';

export interface SettlementOptions<State, Traits> extends ExecutorOptions<State, Traits> {
  conversation: Conversation<State, Traits>;
  facts: Facts;
  code: number | null;
  isAsked: boolean;
  isFound: boolean;
  isUnresponsive: boolean;
}

export async function settle<State, Traits>(
  process: LiveProcess<State>,
  options: SettlementOptions<State, Traits>,
): Promise<{ becomes: Becoming; failure: Failure }> {
  const { codec, context, chat, conversation } = options;
  const { run } = process;
  await conversation.killTools(process, process.reachWith(conversation.standingOf(process)));
  await killRemains(run);
  if (!hasDetached(run)) await codec.tidy?.({ chatId: chat.chatId, home: context.paths.home });
  const said = withoutColors(await readStderrTail(run));
  const program = context.findProgram();
  const exited = { exitCode: options.code, said, state: process.state, program };
  const failure = options.isUnresponsive
    ? codec.failures.unresponsive(process.state)
    : codec.failures.exited(exited);
  const isGivenWhole = process.given !== null && (await isWritten(run, process.given));
  const becomes = conclude(process, isGivenWhole, options);
  context.pool.leave(run.id);
  clearWhenSettled(process, options);
  return { becomes, failure };
}

/** Nothing that it left open stays without an end. */
function conclude<State, Traits>(
  process: LiveProcess<State>,
  isGivenWhole: boolean,
  { codec, context, conversation, facts, isAsked, isFound, isUnresponsive }: SettlementOptions<State, Traits>,
): Becoming {
  const { position, messageId } = process;
  const { isSelfDirected } = facts;
  const ending = {
    now: context.now(),
    isFound,
    isWritten: isGivenWhole,
    isAsked,
    isSelfDirected,
    isUnresponsive,
  };
  const { state, said, outcome } = codec.conclude(process.state, ending);
  process.state = state;
  const { sessionId } = conversation.standingOf(process);
  conversation.end();
  const standing = { sessionId, openTools: 0, selfDirected: null };
  const end = outcome.kind === 'ended' && messageId !== null ? outcome.end : undefined;
  facts.said({ messageId, events: [...said], position, standing, end });
  if (outcome.kind === 'rested' && facts.isDirectionOpen) facts.rested(position);
  return outcome.kind;
}

/** The folder of a run is needed until its end is on disk. */
function clearWhenSettled<State, Traits>(
  { run }: LiveProcess<State>,
  { context }: ExecutorOptions<State, Traits>,
) {
  context
    .settled()
    .then(() => clear(run))
    .catch((error: unknown) => context.log.warn({ err: error, runId: run.id }, 'a run was not cleared away'));
}

function withoutColors(text: string): string {
  // oxlint-disable-next-line no-control-regex -- colors begin with that character
  return text.replaceAll(/\u001B\[[\d;]*m/g, '');
}
