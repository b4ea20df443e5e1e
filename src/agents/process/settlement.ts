/** Deals with what a process that is gone left behind: what it runs, what was open, and its folder. */
import type { Becoming } from '../../../machines/agent-process.events.ts';
import type { Failure } from '../../contract/chats.ts';
import { readStderrTail } from '../../processes/read-tail.ts';
import { clear } from '../../processes/sweep.ts';
import { hasDetached, killRemains } from '../../processes/terminate.ts';
import type { ExecutorOptions } from '../agent-context.ts';
import type { AgentCodec } from '../codec.ts';
import { timed, type Facts } from '../facts.ts';
import { exited, unresponsive } from '../failures.ts';
import type { Ending } from '../step.ts';
import type { Conversation } from './conversation.ts';
import { failureOf } from './launcher.ts';
import type { LiveProcess } from './live-process.ts';
import { isWritten } from './recovery.ts';

export interface SettlementOptions extends ExecutorOptions {
  conversation: Conversation;
  facts: Facts;
  code: number | null;
  isAsked: boolean;
  isFound: boolean;
  isUnresponsive: boolean;
}

interface Settlement {
  becomes: Becoming;
  failure: Failure;
}

/** Its chat hears of the end, whatever goes wrong with that. */
export async function settle(process: LiveProcess, options: SettlementOptions): Promise<Settlement> {
  const { codec, context, chat, conversation } = options;
  try {
    return await clearUp(process, options);
  } catch (err) {
    context.log.error({ err, chatId: chat.chatId }, 'the end of a process could not be dealt with');
    conversation.end();
    context.pool.leave(process.run.id);
    return { becomes: 'cutOff', failure: failureOf(err, codec.title) };
  }
}

async function clearUp(process: LiveProcess, options: SettlementOptions): Promise<Settlement> {
  const { codec, context, chat, conversation } = options;
  const { run } = process;
  await conversation.killTools(process, process.reachWith(conversation.standingOf(process)));
  await killRemains(run);
  if (!hasDetached(run)) await codec.tidy?.({ chatId: chat.chatId, home: context.paths.home });
  const complaint = context.redact(withoutColors(await readStderrTail(run)));
  const failure = options.isUnresponsive ? silenceOf(process, codec) : exitOf(process, complaint, options);
  const isWhole = process.given !== null && (await isWritten(run, process.given));
  const becomes = conclude(process, { isWritten: isWhole, complaint }, options);
  context.pool.leave(run.id);
  clearWhenSettled(process, options);
  return { becomes, failure };
}

function silenceOf({ state }: LiveProcess, codec: AgentCodec): Failure {
  const awaited = codec.awaits?.(state) ?? '';
  return typeof awaited === 'string' ? unresponsive(codec, awaited) : awaited;
}

function exitOf(
  { state, channel }: LiveProcess,
  complaint: string,
  { codec, context, code }: SettlementOptions,
): Failure {
  const reason = codec.reasonIn?.(state) ?? complaint;
  const isSilent = channel.offset === 0;
  return exited(codec, { exitCode: code, reason, isSilent, program: context.findProgram() });
}

/** Nothing that it left open stays without an end. */
function conclude(
  process: LiveProcess,
  left: Pick<Ending, 'isWritten' | 'complaint'>,
  { codec, conversation, facts, isAsked, isFound, isUnresponsive }: SettlementOptions,
): Becoming {
  const { position, messageId } = process;
  const { isSelfDirected } = facts;
  const ending = { ...left, isFound, isAsked, isSelfDirected, isUnresponsive };
  const { state, said, outcome } = codec.conclude(process.state, ending);
  process.state = state;
  const { sessionId } = conversation.standingOf(process);
  const events = timed([...process.noticeIf(outcome.kind !== 'again', { sessionId }), ...said]);
  conversation.end();
  const standing = { sessionId, openTools: 0, selfDirected: null, tasks: [] };
  const end = outcome.kind === 'ended' && messageId !== null ? outcome.end : undefined;
  facts.said({ messageId, events, position, standing, end });
  if (outcome.kind === 'rested' && facts.isDirectionOpen) facts.rested(position);
  return outcome.kind;
}

/** The folder of a run is needed until its end is on disk. */
function clearWhenSettled({ run }: LiveProcess, { context }: ExecutorOptions) {
  context
    .settled()
    .then(() => clear(run))
    .catch((error: unknown) => context.log.warn({ err: error, runId: run.id }, 'a run was not cleared away'));
}

function withoutColors(text: string): string {
  // oxlint-disable-next-line no-control-regex -- colors begin with that character
  return text.replaceAll(/\u001B\[[\d;]*m/g, '');
}
