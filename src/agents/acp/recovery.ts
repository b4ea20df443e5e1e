/** Takes up what the last engine left: a process at work, one that rests, or one that died. */
import { readFile, stat } from 'node:fs/promises';
import type { AgentSessionInput } from '../../contract/facts.ts';
import type { Position, TurnRecord } from '../../contract/records.ts';
import { fence, identify } from '../../process/identify.ts';
import { completeInput, measureInput } from '../../process/input.ts';
import { createRun, filesOf, type Run } from '../../process/run.ts';
import { readLines } from '../../process/spool-range.ts';
import { loadInput } from '../delivery-input.ts';
import type { Facts } from '../facts.ts';
import { requestIdOf } from '../request-ids.ts';
import type { AcpProcess, FollowRange } from './acp-process.ts';
import type { AcpContext } from './context.ts';
import type { Conversation } from './conversation.ts';
import type { Courier } from './courier.ts';
import { AcpDeliverySchema, promptIn, type AcpDelivery } from './delivery.ts';

import { parseLine } from './protocol.ts';
import { freshState, OPEN_ID, withTurn, type AcpState } from './state.ts';
import { translate } from './translate.ts';

export interface RecoveryOptions {
  context: AcpContext;
  conversation: Conversation;
  courier: Courier;
  facts: Facts;
}

/** Settles when the chat can be served again: the process is attached to, or its end was dealt with. */
export async function recover(chat: AgentSessionInput, options: RecoveryOptions): Promise<void> {
  const { position, turn } = chat;
  if (turn !== null) return takeUpTurn(chat, turn, options);
  if (position !== null) return takeUpResting(chat, position, options);
}

async function takeUpResting(
  chat: AgentSessionInput,
  position: Position,
  options: RecoveryOptions,
): Promise<void> {
  const { context, facts } = options;
  const run = createRun(context.paths.agents, position.runId);
  const status = await statusOf(run);
  const rested = () => (facts.isDirectionOpen ? facts.rested(position) : undefined);
  if (status === 'absent') return rested();
  const state = { ...(await readHead(run, context)), sessionId: chat.sessionId };
  const { offset } = position;
  const answered = await readAnswers(run, 0);
  const range = { from: offset, silentUntil: offset };
  const process = await takeUp({ run, state, answered }, options, range);
  if (status === 'ended') return process.ended;
  await mendInput(process);
  await process.caughtUp;
  context.pool.rest(run.id);
  options.conversation.reconcile(process);
  if (process.state.asked.length === 0) rested();
}

async function takeUpTurn(
  chat: AgentSessionInput,
  turn: TurnRecord,
  options: RecoveryOptions,
): Promise<void> {
  const { context, conversation, courier } = options;
  const delivery = AcpDeliverySchema.parse(turn.delivery);
  const run = createRun(context.paths.agents, delivery.runId);
  const status = await statusOf(run);
  if (status === 'absent') return courier.prepare(turn.message);
  const line = await loadInput(delivery.input, context.payloads);
  const { outputOffset: from, sessionId, notice } = delivery;
  const head = { ...(await readHead(run, context)), sessionId };
  const state = withTurn(head, { turnId: turn.message.turnId, prompt: promptIn(line), notice });
  const { position } = chat;
  const silentUntil = position?.runId === run.id ? Math.max(position.offset, from) : from;
  const answered = await readAnswers(run, delivery.inputOffset);
  conversation.message = turn.message;
  if (status === 'ended') conversation.foundDead = { wasGiven: await isWritten(run, { delivery, line }) };
  const range = { from, silentUntil, openedSince: Date.parse(turn.startedAt) };
  const process = await takeUp({ run, state, answered }, options, range);
  if (status === 'ended') return process.ended;
  await completeDelivery(process, { delivery, line });
  await process.caughtUp;
  conversation.reconcile(process);
}

/** Whether the whole line of a delivery stands in the input of its process. */
async function isWritten(
  run: Run,
  { delivery, line }: { delivery: AcpDelivery; line: Buffer },
): Promise<boolean> {
  const input = await readFile(filesOf(run).stdin);
  return input.indexOf(line, delivery.inputOffset) !== -1;
}

async function takeUp(
  found: { run: Run; state: AcpState; answered: ReadonlySet<string> },
  { courier }: RecoveryOptions,
  range: FollowRange,
): Promise<AcpProcess> {
  // What the run was launched with; null when that is not known.
  const configuration = await readFile(filesOf(found.run).note, 'utf8').catch(() => null);
  const process = await courier.follow({ ...found, configuration }, range);
  process.isKnown = true;
  return process;
}

/** Writes what of the message is missing. */
async function completeDelivery(
  process: AcpProcess,
  { delivery, line }: { delivery: AcpDelivery; line: Buffer },
): Promise<void> {
  const { run } = process;
  const written = await completeInput(run, { bytes: line, offset: delivery.inputOffset });
  process.inputEnd = (await measureInput(run)).size;
  if (written !== 'foreign') return mendInput(process);
  await mendInput(process);
  if (!(await isWritten(run, { delivery, line }))) await process.write(line);
}

/** A line that was cut off is no frame with its end either, and the agent passes over it. */
async function mendInput(process: AcpProcess): Promise<void> {
  const { isWholeLines } = await measureInput(process.run);
  if (!isWholeLines) await process.write('\n');
}

/** What the agent said of itself and of the session when that was opened. */
async function readHead(run: Run, { provider, now }: AcpContext): Promise<AcpState> {
  const { size } = await stat(filesOf(run).stdout);
  let state = freshState(provider);
  let isOpen = false;
  await readLines(run, { from: 0, to: size }, (line) => {
    const parsed = parseLine(line.bytes.toString('utf8'));
    if (parsed.kind === 'frame') state = translate(state, parsed.frame, { now: now(), openedAt: 0 }).state;
    isOpen ||= parsed.kind === 'frame' && parsed.frame.kind === 'response' && parsed.frame.id === OPEN_ID;
    return Promise.resolve(!isOpen);
  });
  return state;
}

/** Which questions of the agent were answered by what was written behind `from`. */
async function readAnswers(run: Run, from: number): Promise<ReadonlySet<string>> {
  const input = await readFile(filesOf(run).stdin);
  const lines = input.subarray(from).toString('utf8').split('\n');
  const ids = lines.flatMap((text) => {
    // Messages are long and ask something.
    const parsed = text.slice(0, 200).includes('"method"') ? null : parseLine(text);
    return parsed?.kind === 'frame' && parsed.frame.kind === 'response' ? [parsed.frame.id] : [];
  });
  return new Set(ids.map((id) => requestIdOf(run.id, id)));
}

async function statusOf(run: Run): Promise<'absent' | 'running' | 'ended'> {
  const { state } = identify(run);
  if (state !== 'unstarted') return state;
  return (await fence(run)) ? 'absent' : statusOf(run);
}
