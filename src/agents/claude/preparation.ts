/** Works out how a message reaches its agent. Nothing is launched or written here. */
import { randomUUID } from 'node:crypto';
import type { Policy } from '../../contract/chats.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import type { ClaudeProcess } from './claude-process.ts';
import { modeOf } from './command.ts';
import { storeInput, type PayloadFiles } from '../delivery-input.ts';
import { contentOf } from '../message-content.ts';
import { type ClaudeDelivery } from './delivery.ts';
import { effortOf, type Effort } from './effort.ts';
import type { Installation } from '../installation.ts';
import { nearestEffort } from './nearest-effort.ts';
import { initializeLine, settingLines, userLine } from './lines.ts';

export interface Preparing {
  message: QueuedMessage;
  policy: Policy;
  installation: Installation;
  payloads: PayloadFiles;
}

export interface Start {
  start: 'new' | 'resume';
  sessionId: string;
  /** The message is given again: an earlier process echoed it. */
  isEchoed: boolean;
  /** No message is given: the agent goes on with what is in its session. */
  carriesOn: boolean;
  /** What the agent does not know any more, to be told. */
  notice: string | null;
}

/** For a process yet to be launched. */
export async function prepareLaunch(
  preparing: Preparing,
  { start, sessionId, isEchoed, carriesOn, notice }: Start,
): Promise<ClaudeDelivery> {
  const { message, policy, payloads } = preparing;
  const runId = randomUUID();
  const hello = initializeLine(`${runId}-hello`);
  const text = carriesOn ? '' : await firstMessage({ message, policy, payloads });
  const input = await storeInput(hello + text, payloads);
  return {
    runId,
    sessionId,
    start,
    ...(await settingsOf(preparing)),
    input,
    settings: { bytes: 0, lines: 0 },
    inputOffset: 0,
    outputOffset: 0,
    isEchoed,
    carriesOn,
    notice,
  };
}

/** For a process that lives and rests; its input is reserved until the delivery is used or given up. */
export async function prepareInput(preparing: Preparing, process: ClaudeProcess): Promise<ClaudeDelivery> {
  const { message, policy, payloads } = preparing;
  const { model, effort } = await settingsOf(preparing);
  const mode = modeOf(policy, message.planMode);
  const { turnId } = message;
  const lines = settingLines({
    turnId,
    ...(process.settings.model === model ? {} : { model }),
    ...(process.settings.effort === effort ? {} : { effort }),
    ...(process.state.permissionMode === mode ? {} : { mode }),
  });
  const settings = lines.join('');
  const text = settings + userLine({ turnId, ...(await contentOf(message, payloads)) });
  return {
    runId: process.run.id,
    sessionId: process.state.sessionId ?? '',
    start: 'none',
    model,
    effort,
    input: await storeInput(text, payloads),
    settings: { bytes: Buffer.byteLength(settings), lines: lines.length },
    inputOffset: await process.reserveInput(),
    outputOffset: process.offset,
    isEchoed: false,
    carriesOn: false,
    notice: null,
  };
}

async function firstMessage({ message, policy, payloads }: Omit<Preparing, 'installation'>): Promise<string> {
  const { turnId, planMode } = message;
  const settings = settingLines({ turnId, ...(planMode ? { mode: modeOf(policy, true) } : {}) });
  return settings.join('') + userLine({ turnId, ...(await contentOf(message, payloads)) });
}

async function settingsOf({
  message,
  installation,
}: Preparing): Promise<{ model: string | null; effort: Effort }> {
  return {
    model: message.model ?? null,
    effort: await nearestEffort(effortOf(message.thinkingLevel), installation),
  };
}
