/** Takes up what the last engine left: a process at work, one that rests, or one that died. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AgentSessionInput } from '../../contract/facts.ts';
import type { Position, TurnRecord } from '../../contract/records.ts';
import { fence, identify } from '../../process/identify.ts';
import { completeInput, measureInput } from '../../process/input.ts';
import { createRun, filesOf, type Run } from '../../process/run.ts';
import { kill } from '../../process/terminate.ts';
import type { ClaudeProcess, FollowRange, Settings } from './claude-process.ts';
import type { Again } from './decide.ts';
import type { AgentContext } from '../agent-context.ts';
import { loadInput } from '../delivery-input.ts';
import { ClaudeDeliverySchema, type ClaudeDelivery } from './delivery.ts';
import { endsWithin } from './ending.ts';
import type { Facts } from '../facts.ts';
import { foundState, freshState, withTurn, type ClaudeState } from './state.ts';
import type { Supervisor } from './supervisor.ts';

export interface RecoveryOptions {
  context: AgentContext;
  supervisor: Supervisor;
  facts: Facts;
  /** The mode in which processes of this chat start. */
  launchMode: string;
  takeUp: (found: Found, range: FollowRange) => Promise<ClaudeProcess>;
  redeliver: (turn: TurnRecord, again: Again) => Promise<void>;
}

export interface Found {
  run: Run;
  state: ClaudeState;
  settings: Settings;
}

/** How long a process that rests may take to say what it does before it counts as unusable. */
const GREETING_MS = 10_000;

/** Settles when the chat can be served again: the process is attached to, or its end was dealt with. */
export async function recover(
  { position, turn, sessionId }: Pick<AgentSessionInput, 'position' | 'turn' | 'sessionId'>,
  options: RecoveryOptions,
): Promise<void> {
  if (turn === null) return position === null ? undefined : takeUpResting({ position, sessionId }, options);
  const delivery = ClaudeDeliverySchema.parse(turn.delivery);
  if (position !== null && position.runId !== delivery.runId) {
    await kill(createRun(options.context.paths.agents, position.runId), { toolsOpenedSince: null });
    await takeUpResting({ position, sessionId }, options);
  }
  await takeUpTurn({ turn, delivery, position }, options);
}

async function takeUpResting(
  { position, sessionId }: { position: Position; sessionId: string | null },
  options: RecoveryOptions,
): Promise<void> {
  const run = createRun(options.context.paths.agents, position.runId);
  const state = await stateOf(run);
  if (state === 'absent') return options.facts.isDirectionOpen ? options.facts.rested(position) : undefined;
  const isAlive = state === 'running' && (await isInputSound(run));
  const range = { from: position.offset, silentUntil: position.offset };
  const found = { ...foundState(sessionId), greeting: newGreeting() };
  const process = await options.takeUp({ run, state: found, settings: {} }, range);
  if (!isAlive) return process.ended;
  await process.caughtUp;
  await Promise.race([options.supervisor.greet(process), endsWithin(process, GREETING_MS)]);
}

interface TurnTakenUp {
  turn: TurnRecord;
  delivery: ClaudeDelivery;
  position: Position | null;
}

async function takeUpTurn(
  { turn, delivery, position }: TurnTakenUp,
  options: RecoveryOptions,
): Promise<void> {
  const { supervisor, redeliver } = options;
  const run = createRun(options.context.paths.agents, delivery.runId);
  const state = await stateOf(run);
  if (state === 'absent') return redeliver(turn, againAfterNothing(delivery));
  const isAlive = state === 'running' && (await isInputWhole(run, { delivery, options }));
  const { outputOffset: from } = delivery;
  const silentUntil = position?.runId === run.id ? position.offset : from;
  supervisor.message = turn.message;
  const process = await options.takeUp(foundIn({ run, turn, delivery }, options), { from, silentUntil });
  if (!isAlive) return process.ended;
  await process.caughtUp;
  void supervisor.greet(process);
}

/** A process that was to be started for the message, and was not. */
function againAfterNothing({ start, isEchoed, carriesOn }: ClaudeDelivery): Again {
  return { start: start === 'new' ? 'new' : 'resume', isEchoed, carriesOn };
}

function foundIn(
  { run, turn, delivery }: { run: Run; turn: TurnRecord; delivery: ClaudeDelivery },
  { launchMode }: RecoveryOptions,
): Found {
  const { sessionId, start, model, effort, isEchoed, carriesOn: isCarriedOn, notice } = delivery;
  const before = start === 'none' ? foundState(sessionId) : freshState(sessionId, launchMode);
  const given = { uuid: turn.message.turnId, isEchoed, isWarm: start === 'none', isCarriedOn, notice };
  const state = { ...withTurn(before, given), greeting: newGreeting() };
  return { run, state, settings: { model, effort } };
}

function newGreeting(): string {
  return `${randomUUID()}-hello`;
}

async function stateOf(run: Run): Promise<'absent' | 'running' | 'ended'> {
  const { state } = identify(run);
  if (state !== 'unstarted') return state;
  return (await fence(run)) ? 'absent' : stateOf(run);
}

/** Completes the message in the input of a living process; one whose input cannot be repaired is killed. */
async function isInputWhole(
  run: Run,
  { delivery, options }: { delivery: ClaudeDelivery; options: RecoveryOptions },
): Promise<boolean> {
  const bytes = await loadInput(delivery.input, options.context.payloads);
  const written = await completeInput(run, { bytes, offset: delivery.inputOffset });
  if (written !== 'foreign') return isInputSound(run);
  await kill(run, { toolsOpenedSince: null });
  return false;
}

/** A line that was cut off and is not known any more would be glued to the next one. */
async function isInputSound(run: Run): Promise<boolean> {
  const { isWholeLines } = await measureInput(run);
  if (!isWholeLines) await kill(run, { toolsOpenedSince: null });
  return isWholeLines;
}

/** What the run was launched with; null when that is not known. */
export async function readConfiguration(run: Run): Promise<string | null> {
  return readFile(filesOf(run).note, 'utf8').catch(() => null);
}
