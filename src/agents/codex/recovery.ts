/** Takes up what the last engine left: a server at work, one that rests, or one that died. */
import { readFile } from 'node:fs/promises';
import type { AgentSessionInput } from '../../contract/facts.ts';
import type { Position, TurnRecord } from '../../contract/records.ts';
import { fence, identify } from '../../process/identify.ts';
import { createRun, filesOf, type Run } from '../../process/run.ts';
import type { ChatThread } from './chat-thread.ts';
import type { AgentContext } from '../agent-context.ts';
import { loadInput } from '../delivery-input.ts';
import { CodexDeliverySchema, type CodexDelivery } from './delivery.ts';
import type { Facts } from '../facts.ts';
import type { CodexServers } from './servers.ts';
import { withTurn } from './state.ts';
import type { Steers } from './steering.ts';

export interface RecoveryOptions {
  context: AgentContext;
  servers: CodexServers;
  thread: ChatThread;
  facts: Facts;
  /** Opens the thread once more, so that the server repeats what it waits for. */
  rejoin: () => Promise<void>;
  redeliver: (turn: TurnRecord) => Promise<void>;
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
  const { context, servers, thread, facts, rejoin } = options;
  const run = createRun(context.paths.agents, position.runId);
  const state = await stateOf(run);
  if (state === 'absent') return facts.isDirectionOpen ? facts.rested(position) : undefined;
  const { offset } = position;
  const server = await servers.takeUp(run, offset);
  await thread.join(server, { from: offset, silentUntil: offset });
  if (state === 'ended' || !facts.isDirectionOpen) return;
  await rejoin();
  if (!thread.isWorking) facts.rested(thread.position);
}

async function takeUpTurn(
  turn: TurnRecord,
  position: Position | null,
  options: RecoveryOptions,
): Promise<void> {
  const { context, servers, thread, rejoin, redeliver, steers } = options;
  const delivery = CodexDeliverySchema.parse(turn.delivery);
  const run = createRun(context.paths.agents, delivery.runId);
  const state = await stateOf(run);
  await steers.takeUp(run);
  if (state === 'absent') return redeliver(turn);
  const { outputOffset: from, threadId, notice } = delivery;
  const silentUntil = position?.runId === run.id ? Math.max(position.offset, from) : from;
  const { turnId: clientId, planMode } = turn.message;
  thread.message = turn.message;
  thread.state = withTurn({ ...thread.state, threadId }, { clientId, notice, planMode });
  thread.isFoundDead = state === 'ended';
  const server = await servers.takeUp(run, from);
  await thread.join(server, { from, silentUntil });
  if (state === 'ended' || thread.message === null) return;
  if (!(await isWritten(run, { delivery, context }))) {
    await context.settled();
    await server.write(await loadInput(delivery.input, context.payloads));
  }
  steers.flush(thread);
  await thread.takeUpRound();
  await rejoin();
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

async function stateOf(run: Run): Promise<'absent' | 'running' | 'ended'> {
  const { state } = identify(run);
  if (state !== 'unstarted') return state;
  return (await fence(run)) ? 'absent' : stateOf(run);
}
