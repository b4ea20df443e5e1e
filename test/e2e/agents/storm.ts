import { setTimeout as delay } from 'node:timers/promises';
import type { EngineEvent } from '../../../src/contract/events.ts';
import { pause } from '../../../src/dev/gate.ts';
import { say, type Step } from '../../../src/dev/scripted-steps.ts';
import type { Turn } from '../../../src/dev/turn-script.ts';
import { agentProcesses } from '../../support/agent-processes.ts';
import { pick } from '../../support/random.ts';
import { createChat, PROVIDERS, startMixedWorkspace, type MixedWorkspace } from './mixed-workspace.ts';

/** A message that was accepted, and how it was sent. */
export interface Sent {
  chatId: string;
  messageId: string;
  how: 'messages' | 'steer';
}

export interface Storm extends MixedWorkspace {
  readonly random: () => number;
  readonly sent: Sent[];
  readonly chats: string[];
  /** Agents that were stopped and not woken. */
  readonly stopped: Set<number>;
}

/** Turns of some hundred milliseconds: a text with a pause in it, every third of them with a command before. */
const turnOf =
  (run: (command: string) => Step): Turn =>
  (prompt, results) => {
    const number = Number(/\d+/.exec(prompt)?.[0] ?? 0);
    if (number % 3 === 0 && results.length === 0) return run(`sleep 0.${number % 7}`);
    return say('You said: ', pause((number * 37) % 400), prompt);
  };

export async function startStorm(random: () => number): Promise<Storm> {
  const workspace = await startMixedWorkspace({
    turn: turnOf,
    environment: { AGENT_PROCESSES_MAX: '2' },
  });
  const chats: string[] = [];
  for (const provider of PROVIDERS) chats.push(await createChat(workspace.client, provider));
  return { ...workspace, random, sent: [], chats, stopped: new Set() };
}

type Deed = (storm: Storm) => Promise<void>;

const send =
  (how: Sent['how']): Deed =>
  async ({ client, random, sent, chats }) => {
    const chatId = pick(random, chats);
    const messageId = `message ${sent.length}.`;
    const { status } = await client.post(`/chats/${chatId}/${how}`, { message: messageId, messageId });
    if (status === 200) sent.push({ chatId, messageId, how });
    else if (how === 'messages') throw new Error(`A message was refused with ${status}.`);
  };

/** A message, and others said into its turn while it begins, runs and ends. */
const speak: Deed = async (storm) => {
  const { random } = storm;
  await send('messages')(storm);
  for (let count = Math.floor(random() * 5); count > 0; count -= 1) {
    await delay(random() * 250);
    await send('steer')(storm);
  }
};

const interrupt: Deed = async ({ client, random, chats }) => {
  await client.post(`/chats/${pick(random, chats)}/interrupt${random() < 0.2 ? '?queue=clear' : ''}`);
};

const editQueue: Deed = async ({ client, random, chats }) => {
  const chatId = pick(random, chats);
  const { body } = await client.get<{ queue: { id: string }[] }>(`/chats/${chatId}/queue`);
  const last = body.queue.at(-1);
  if (last !== undefined) await client.delete(`/chats/${chatId}/queue/${encodeURIComponent(last.id)}`);
};

const restart =
  (alsoAgents: boolean): Deed =>
  async (storm) => {
    await storm.kill();
    if (alsoAgents) await killOne(storm);
    await storm.start();
  };

const killOne: Deed = async ({ home, random }) => {
  const processes = await agentProcesses(home);
  if (processes.length > 0) signal(pick(random, processes).pid, 'SIGKILL');
};

const stopOne: Deed = async ({ home, random, stopped }) => {
  const processes = await agentProcesses(home);
  if (processes.length === 0) return;
  const { pid } = pick(random, processes);
  stopped.add(pid);
  signal(pid, 'SIGSTOP');
};

export const wakeAll: Deed = async ({ stopped }) => {
  for (const pid of stopped) signal(pid, 'SIGCONT');
  stopped.clear();
  return Promise.resolve();
};

const replace: Deed = async ({ client, random, chats }) => {
  const index = Math.floor(random() * chats.length);
  await client.delete(`/chats/${chats[index]}`);
  chats[index] = await createChat(client, PROVIDERS[index % PROVIDERS.length]!);
};

/** The more often a deed stands here, the more often it is done. */
const DEEDS: readonly Deed[] = [
  ...Array.from({ length: 12 }, () => speak),
  ...Array.from({ length: 3 }, () => interrupt),
  ...Array.from({ length: 2 }, () => editQueue),
  restart(false),
  restart(true),
  killOne,
  killOne,
  stopOne,
  wakeAll,
  wakeAll,
  replace,
];

export async function rage(storm: Storm, steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    await pick(storm.random, DEEDS)(storm);
    await delay(storm.random() * 300);
  }
}

function signal(pid: number, name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}

/** Messages that have not ended yet. */
export function withoutEnd(events: readonly EngineEvent[], messageIds: readonly string[]): string[] {
  const ended = new Set(
    events.flatMap(({ type, payload }) =>
      type === 'chat.turn.completed' || type === 'chat.message.dropped' ? [payload.messageId] : [],
    ),
  );
  return messageIds.filter((messageId) => !ended.has(messageId));
}

/** Messages that are said to be completed, though no model was ever asked with them. */
export function unheard(
  { sent, model, responses }: Pick<Storm, 'sent' | 'model' | 'responses'>,
  events: readonly EngineEvent[],
): string[] {
  const completed = new Set(
    events.flatMap(({ type, payload }) =>
      type === 'chat.turn.completed' && payload.outcome === 'completed' ? [payload.messageId] : [],
    ),
  );
  const asked = [...model.messages(), ...responses.requests].map((request) => JSON.stringify(request));
  return sent
    .map(({ messageId }) => messageId)
    .filter((messageId) => completed.has(messageId) && !asked.some((text) => text.includes(messageId)));
}
