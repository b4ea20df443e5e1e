/** What an earlier engine left of a chat's process, before its output is read again. */
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { QueuedMessage, TurnRecord } from '../../contract/records.ts';
import { fence, identify } from '../../processes/identify.ts';
import { completeInput, readInput } from '../../processes/input.ts';
import type { Line } from '../../processes/line-splitter.ts';
import { createRun, filesOf, runsIn, type Run } from '../../processes/run.ts';
import { readLines } from '../../processes/spool.ts';
import { kill } from '../../processes/terminate.ts';
import type { Log } from '../../log.ts';
import type { ExecutorOptions } from '../agent-context.ts';
import { codeOf } from '../../storage/attempt.ts';
import { readIfFile } from '../../storage/read-if-file.ts';
import { loadInput, readDelivery } from '../delivery-input.ts';
import { turnAskedBy, type RequestId } from '../json-rpc.ts';
import { sizeOf } from '../session-file.ts';
import type { FoundProcess, Given } from './live-process.ts';

type RecoveryOptions = Pick<ExecutorOptions, 'codec' | 'context' | 'chat'>;

export type Found = FoundProcess | { is: 'absent'; message: QueuedMessage | null };

export async function findProcess(options: RecoveryOptions): Promise<Found> {
  const { context, chat } = options;
  const { turn, position } = chat;
  const delivery = turn === null ? null : readDelivery(turn.delivery);
  const runId = delivery?.runId ?? position?.runId;
  if (runId === undefined) return { is: 'absent', message: null };
  const run = createRun(context.paths.agents, runId);
  if (position !== null && position.runId !== runId)
    await kill(createRun(context.paths.agents, position.runId), { toolsOpenedSince: null });
  const is = await statusOf(run);
  if (is === 'absent') return { is, message: turn?.message ?? null };
  const configuration = readIfFile(filesOf(run).note);
  const given = await givenIn(turn, options);
  const state = await stateOf(run, given, options);
  const from = delivery?.outputOffset ?? position?.offset ?? 0;
  const silentUntil = position?.runId === runId ? Math.max(position.offset, from) : from;
  const openedSince = turn === null ? null : Date.parse(turn.startedAt);
  return { run, is, state, configuration, given, from, silentUntil, openedSince };
}

/** Ends what an earlier engine left, with what its turn started. */
export async function endLeft({ context, chat }: RecoveryOptions): Promise<void> {
  const { turn, position } = chat;
  const toolsOpenedSince = turn === null ? null : Date.parse(turn.startedAt);
  for (const runId of new Set([turn?.delivery.runId, position?.runId]))
    if (runId !== undefined) await kill(createRun(context.paths.agents, runId), { toolsOpenedSince });
}

/** Writes what of the message is missing in the input of a process that lives; false when that has to be written anew, at its end. */
export async function completeDelivery(run: Run, { line, inputOffset }: Given): Promise<boolean> {
  return (
    (await completeInput(run, { bytes: line, offset: inputOffset })) || isWritten(run, { line, inputOffset })
  );
}

/** Whether the whole line of a message stands in the input of its process; it may, in one that cannot be read. */
export async function isWritten(run: Run, { line, inputOffset }: Pick<Given, 'line' | 'inputOffset'>) {
  try {
    return (await readInput(run, inputOffset)).includes(line);
  } catch (error) {
    return codeOf(error) !== 'ENOENT'; // without an input it never began
  }
}

/** The turns that were asked for in any process that is left, also in one that no record names. */
export async function readGiven(runsFolder: string, log: Log): Promise<Set<string>> {
  const given = new Set<string>();
  const note = ({ bytes }: Line) => {
    const turnId = turnAskedBy(bytes.toString('utf8', 0, HEAD_BYTES));
    if (turnId !== null) given.add(turnId);
    return Promise.resolve();
  };
  for (const run of runsIn(runsFolder)) {
    const { stdin } = filesOf(run);
    // what is no file is never read to its end
    const to = (await sizeOf(stdin)) ?? 0;
    await readLines(stdin, { from: 0, to }, note).catch((err: unknown) =>
      log.error({ err, runId: run.id }, 'what a process was given cannot be read'),
    );
  }
  return given;
}

const HEAD_BYTES = 200;

/** Which questions of the agent were answered by what was written. */
export async function readAnswers(
  run: Run,
  { from, answeredBy }: { from: number; answeredBy: (line: string) => RequestId | null },
): Promise<RequestId[]> {
  const lines = (await readInput(run, from)).toString('utf8').split('\n');
  return lines.flatMap((line) => answeredBy(line) ?? []);
}

async function givenIn(turn: TurnRecord | null, { context }: RecoveryOptions): Promise<Given | null> {
  if (turn === null) return null;
  const { input, inputOffset, notice } = readDelivery(turn.delivery);
  return { message: turn.message, line: await loadInput(input, context.payloads), inputOffset, notice };
}

async function stateOf(run: Run, given: Given | null, options: RecoveryOptions): Promise<unknown> {
  const { codec, chat } = options;
  const { policy, sessionId, turn } = chat;
  const head = codec.isOpened === undefined ? null : await readHead(run, options);
  const known =
    turn === null || given === null
      ? null
      : { message: given.message, delivery: readDelivery(turn.delivery), line: given.line.toString('utf8') };
  const { steering = [], tasks = [] } = chat;
  return codec.found({ policy, sessionId, head, turn: known, steering, tasks });
}

/** What the agent said of itself and of the session until that was opened. */
async function readHead(run: Run, { codec, chat }: RecoveryOptions): Promise<unknown> {
  const { stdout } = filesOf(run);
  const { size } = await stat(stdout);
  const { policy, sessionId } = chat;
  const moment = { now: new Date(), runId: run.id, policy, openedAt: 0 };
  let state = codec.found({ policy, sessionId, head: null, turn: null, steering: [] });
  await readLines(stdout, { from: 0, to: size }, (line) => {
    const step = codec.translate(state, line.bytes.toString('utf8'), moment);
    if (typeof step !== 'string') state = step.state;
    return Promise.resolve(codec.isOpened?.(state) !== true);
  });
  return state;
}

/** So long, in steps of 10 ms, a shell may take to write down that it started; where it never does, its file is damaged. */
const STARTING_LOOKS = 100;

async function statusOf(run: Run, looks = STARTING_LOOKS): Promise<'absent' | 'running' | 'ended'> {
  const { state } = identify(run);
  if (state !== 'unstarted') return state;
  if (await fence(run)) return 'absent';
  if (looks === 0) return 'ended';
  await delay(10);
  return statusOf(run, looks - 1);
}
