/** Takes up what the last engine left: a server at work, one that rests, or one that died. */
import { readFile } from 'node:fs/promises';
import type { AgentSessionInput } from '../../contract/facts.ts';
import type { Position, TurnRecord } from '../../contract/records.ts';
import { fence, identify } from '../../process/identify.ts';
import { createRun, filesOf, type Run } from '../../process/run.ts';
import { kill } from '../../process/terminate.ts';
import type { AgentContext } from '../agent-context.ts';
import { loadInput } from '../delivery-input.ts';
import type { Facts } from '../facts.ts';
import type { ChatThread } from './chat-thread.ts';
import type { Courier } from './courier.ts';
import { CodexDeliverySchema, type CodexDelivery } from './delivery.ts';
import { isOfOneChat } from './login.ts';
import type { CodexProcess } from './process.ts';
import { withTurn } from './state.ts';
import type { Steers } from './steering.ts';

export interface RecoveryOptions {
  context: AgentContext;
  courier: Courier;
  thread: ChatThread;
  facts: Facts;
  steers: Steers;
}

/** Settles when the chat can be served again; the end of a dead server is told to the thread. */
export async function recover(
  { position, turn }: Pick<AgentSessionInput, 'position' | 'turn'>,
  options: RecoveryOptions,
): Promise<void> {
  if (turn !== null) return takeUpTurn(turn, position, options);
  if (position !== null) return takeUpResting(position, options);
}

async function takeUpResting(position: Position, options: RecoveryOptions): Promise<void> {
  const { context, thread, facts } = options;
  const { runId, offset } = position;
  const found = await find(createRun(context.paths.agents, runId));
  if (found.state === 'absent') return facts.isDirectionOpen ? facts.rested(position) : undefined;
  const process = await follow(found, options, { from: offset, silentUntil: offset });
  if (found.state === 'ended') return process.ended;
  if (!facts.isDirectionOpen) return;
  await rejoin(process, options);
  if (!thread.isWorking) facts.rested(thread.position);
}

async function takeUpTurn(
  turn: TurnRecord,
  position: Position | null,
  options: RecoveryOptions,
): Promise<void> {
  const { context, thread, courier, steers } = options;
  const delivery = CodexDeliverySchema.parse(turn.delivery);
  const found = await find(createRun(context.paths.agents, delivery.runId));
  const { run, state } = found;
  await steers.takeUp(run);
  if (state === 'absent') {
    steers.forget(null);
    return courier.prepare(turn.message);
  }
  const { outputOffset: from, threadId, notice } = delivery;
  const silentUntil = position?.runId === run.id ? Math.max(position.offset, from) : from;
  const { turnId: clientId, planMode } = turn.message;
  thread.message = turn.message;
  thread.state = withTurn({ ...thread.state, threadId }, { clientId, notice, planMode });
  thread.isFoundDead = state === 'ended';
  const process = await follow(found, options, { from, silentUntil });
  if (state === 'ended') return process.ended;
  if (thread.message === null) return;
  if (!(await isWritten(run, { delivery, context }))) {
    await context.settled();
    await process.write(await loadInput(delivery.input, context.payloads));
  }
  steers.flush(thread);
  await thread.takeUpRound();
  await rejoin(process, options);
}

/** Whether the whole line of a delivery stands in the input of its server. */
export async function isWritten(
  run: Run,
  { delivery, context }: { delivery: CodexDelivery; context: AgentContext },
): Promise<boolean> {
  const line = await loadInput(delivery.input, context.payloads);
  const input = await readFile(filesOf(run).stdin);
  return input.indexOf(line, delivery.inputOffset) !== -1;
}

interface Found {
  run: Run;
  state: 'absent' | 'running' | 'ended';
  configuration: string | null;
}

/** A server that an earlier version shared among chats is ended: each chat would take what is said in another for its own. */
async function find(run: Run): Promise<Found> {
  const configuration = await readFile(filesOf(run).note, 'utf8').catch(() => null);
  const { state } = identify(run);
  if (state === 'unstarted' && !(await fence(run))) return find(run);
  if (state === 'unstarted' || state === 'absent') return { run, state: 'absent', configuration };
  if (state === 'ended' || isOfOneChat(configuration)) return { run, state, configuration };
  await kill(run, { toolsOpenedSince: null });
  return { run, state: 'ended', configuration };
}

async function follow(
  { run, state, configuration }: Found,
  { courier }: RecoveryOptions,
  range: { from: number; silentUntil: number },
): Promise<CodexProcess> {
  const process = await courier.follow({ run, configuration, isFound: true }, range);
  if (state === 'running') void process.account.begin();
  return process;
}

/** Opens the thread once more, so that the server repeats what it waits for. */
async function rejoin(process: CodexProcess, { courier, thread }: RecoveryOptions): Promise<void> {
  if (thread.process === process) await courier.open(process);
}
