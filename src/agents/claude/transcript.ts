/** Where Claude Code keeps what was said, and what of it was said by a user. */
import { randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AgentSessionInput } from '../../contract/facts.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import type { AgentContext } from '../agent-context.ts';
import { allIsLost } from '../context-loss.ts';
import type { Facts } from '../facts.ts';
import { openNativeSession, type NativePrompt, type NativeSession } from '../native-session.ts';
import type { ClaudeProcess } from './claude-process.ts';
import type { Again } from './decide.ts';
import type { ClaudeDelivery } from './delivery.ts';
import { standingOf } from './state.ts';

export interface TranscriptOptions {
  context: AgentContext;
  chat: AgentSessionInput;
  facts: Facts;
}

const NOT_FOUND = 'the agent does not find it';

/** How a process that is to be launched comes to its session. */
export interface Opening {
  start: 'new' | 'resume';
  sessionId: string;
  /** To be told to the user with the turn: what the agent does not know any more. */
  notice: string | null;
}

export class Transcript {
  readonly #options: TranscriptOptions;
  readonly #native: NativeSession;

  constructor(options: TranscriptOptions) {
    const { chat, context, facts } = options;
    const fileOf = (sessionId: string) => transcriptOf(context, sessionId);
    this.#options = options;
    this.#native = openNativeSession(chat, { promptIn, fileOf, now: context.now });
    facts.measure = (sessionId) => this.#native.measure(sessionId);
  }

  /** Keeps with a delivery up to where the session is known. */
  mark(delivery: ClaudeDelivery, message: QueuedMessage): ClaudeDelivery {
    if (delivery.start === 'new') this.#native.begin(delivery.sessionId);
    return this.#native.mark(delivery, message);
  }

  /** Tells of what was said elsewhere since the last turn; false when there is nothing to tell. */
  async tellGap(process: ClaudeProcess | null): Promise<boolean> {
    const { facts } = this.#options;
    const { sessionId } = facts;
    const gap = sessionId === null ? null : await this.#native.look(sessionId);
    if (gap === null) return false;
    const resting = { sessionId, openTools: 0, selfDirected: null };
    const standing = process === null ? resting : standingOf(process.state);
    facts.said({ messageId: null, events: [gap], position: process?.position ?? null, standing });
    return true;
  }

  /** How a new process comes to the session: it resumes what is there, or begins anew under an id that nobody used. */
  async opening(sessionId: string | null): Promise<Opening> {
    if (sessionId === null) return { start: 'new', sessionId: randomUUID(), notice: null };
    const { state, reason, notice } = await this.#native.examine(sessionId);
    if (state !== 'there') return this.#anew(sessionId, reason);
    this.#log(notice);
    return { start: 'resume', sessionId, notice };
  }

  /** The same for a message that is given once more. */
  async again(sessionId: string | null, again: Again): Promise<Again & Opening> {
    const isResumed = again.start === 'resume';
    const opening = isResumed ? await this.opening(sessionId) : this.#anew(sessionId, NOT_FOUND);
    return { ...again, ...opening, carriesOn: again.carriesOn && opening.start === 'resume' };
  }

  /** Begins another session in the place of one that cannot be resumed. */
  #anew(sessionId: string | null, reason: string): Opening {
    const notice = sessionId !== null && this.#native.wasUsed(sessionId) ? allIsLost(reason) : null;
    this.#log(notice);
    return { start: 'new', sessionId: randomUUID(), notice };
  }

  #log(notice: string | null): void {
    const { context, chat } = this.#options;
    if (notice !== null) context.log.warn({ chatId: chat.chatId }, notice);
  }
}

function transcriptOf({ paths, login }: AgentContext, sessionId: string): string {
  const project = realPathOf(paths.workspaces).replaceAll(/[^A-Za-z0-9]/g, '-');
  const home = login.environment()['CLAUDE_CONFIG_DIR'] ?? join(paths.home, '.claude');
  return join(home, 'projects', project, `${sessionId}.jsonl`);
}

function realPathOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

const PromptSchema = z.looseObject({
  type: z.literal('user'),
  isSidechain: z.literal(false).optional(),
  isMeta: z.literal(false).optional(),
  promptSource: z.string().regex(/^(?!system|task)/),
  uuid: z.string().optional(),
  timestamp: z.string().optional(),
  message: z.looseObject({ content: z.unknown() }),
});

/** What the agent adds by itself (results, reminders, notices of its tasks) is nothing that a user said. */
export function promptIn(line: string): NativePrompt | null {
  if (!line.includes('"promptSource"')) return null;
  const { data } = PromptSchema.safeParse(parseJson(line));
  if (data === undefined || JSON.stringify(data.message.content).includes('<task-notification')) return null;
  return { id: data.uuid ?? null, at: data.timestamp ?? null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
