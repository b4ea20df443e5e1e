/** Where Claude Code keeps what was said, and what of it was said by a user. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { AgentSessionInput } from '../../contract/facts.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import type { AgentContext } from '../agent-context.ts';
import type { Facts } from '../facts.ts';
import { openNativeSession, type NativePrompt, type NativeSession } from '../native-session.ts';
import type { ClaudeProcess } from './claude-process.ts';
import type { ClaudeDelivery } from './delivery.ts';
import { standingOf } from './state.ts';

export interface TranscriptOptions {
  context: AgentContext;
  chat: AgentSessionInput;
  facts: Facts;
}

export class Transcript {
  readonly #options: TranscriptOptions;
  readonly #native: NativeSession;

  constructor(options: TranscriptOptions) {
    this.#options = options;
    this.#native = openNativeSession(options.chat, { promptIn, now: options.context.now });
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
    const gap = sessionId === null ? null : await this.#native.look(sessionId, await this.#file(sessionId));
    if (gap === null) return false;
    const resting = { sessionId, openTools: 0, selfDirected: null };
    const standing = process === null ? resting : standingOf(process.state);
    facts.said({ messageId: null, events: [gap], position: process?.position ?? null, standing });
    return true;
  }

  async #file(sessionId: string): Promise<string> {
    const { paths, login } = this.#options.context;
    const folder = await realpath(paths.workspaces).catch(() => paths.workspaces);
    const project = folder.replaceAll(/[^A-Za-z0-9]/g, '-');
    const home = login.environment()['CLAUDE_CONFIG_DIR'] ?? join(paths.home, '.claude');
    return join(home, 'projects', project, `${sessionId}.jsonl`);
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
