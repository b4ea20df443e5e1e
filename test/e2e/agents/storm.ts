import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineEvent } from '../../../src/contract/events.ts';
import { pause, say, type Step } from '../../../src/dev/scripted-steps.ts';
import type { Turn } from '../../../src/dev/turn-script.ts';
import { createPaths } from '../../../src/environment/paths.ts';
import { agentProcesses } from '../../support/agent-processes.ts';
import type { Answer } from '../../support/engine-client.ts';
import type { EventStream } from '../../support/event-stream.ts';
import { pick } from '../../support/random.ts';
import { PROVIDERS, startMixedWorkspace, type MixedWorkspace } from './mixed-workspace.ts';

/** A message that was accepted, and how it was sent. */
export interface Sent {
  chatId: string;
  messageId: string;
  how: 'messages' | 'steer';
}

export interface Storm extends MixedWorkspace {
  readonly random: () => number;
  readonly stream: EventStream;
  readonly sent: Sent[];
  readonly chats: string[];
  /** The order in which the messages of each chat have to begin, as far as it is known. */
  readonly orders: Map<string, string[]>;
  /** Agents that were stopped and not woken. */
  readonly stopped: Set<number>;
}

/** How often the engine is killed; and a fifth as often an agent, the shell around one, and one is stopped for a while. */
export interface Force {
  kills: number;
}

const CHATS = 5;
const UNDERWAY = 40;

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
  const stream = await workspace.client.follow({ resume: true });
  const rest = { random, stream, sent: [], chats: [], orders: new Map(), stopped: new Set<number>() };
  const storm: Storm = { ...workspace, ...rest };
  for (let index = 0; index < CHATS; index += 1) await openChat(storm, index);
  return storm;
}

/** Everything at once: people who talk, and a machine that fails. Resolves when the machine is well again. */
export async function rage(storm: Storm, force: Force): Promise<void> {
  const failing = new AbortController();
  const talking = talk(storm, failing.signal);
  try {
    for (const failure of shuffled(storm.random, failuresOf(force))) {
      const next = storm.sent.length + Math.floor(storm.random() * 6);
      while (storm.sent.length < next && underway(storm) < UNDERWAY) await delay(20);
      await delay(storm.random() * 500);
      while (!(await failure(storm))) await delay(50);
    }
    await wakeAll(storm);
  } finally {
    failing.abort();
    await talking;
  }
}

type Deed = (storm: Storm) => Promise<void>;

/** False when there was nothing to do it to. */
type Failure = (storm: Storm) => Promise<boolean>;

async function talk(storm: Storm, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pick(storm.random, TALK)(storm);
    await delay(storm.random() * 300);
    while (!signal.aborted && underway(storm) > UNDERWAY) await delay(100);
  }
}

function underway({ stream, sent }: Storm): number {
  const latest = sent.slice(-4 * UNDERWAY).map(({ messageId }) => messageId);
  return withoutEnd(stream.events, latest).length;
}

async function send(storm: Storm, how: Sent['how'], chatId = pick(storm.random, storm.chats)): Promise<void> {
  const { sent, orders, client } = storm;
  const messageId = `message ${sent.length}.`;
  const { status } = await surely(() =>
    client.post(`/chats/${chatId}/${how}`, { message: messageId, messageId }),
  );
  if (status === 200) {
    sent.push({ chatId, messageId, how });
    if (how === 'messages') orders.get(chatId)?.push(messageId);
  } else if (how === 'messages') throw new Error(`A message was refused with ${status}.`);
}

/** A message, and others said into its turn while it begins, runs and ends. */
const speak: Deed = async (storm) => {
  const { random } = storm;
  await send(storm, 'messages');
  for (let count = Math.floor(random() * 5); count > 0; count -= 1) {
    await delay(random() * 250);
    await send(storm, 'steer');
  }
};

/** Several messages to one chat, which have to wait for each other. */
const insist: Deed = async (storm) => {
  const chatId = pick(storm.random, storm.chats);
  for (let count = 2 + Math.floor(storm.random() * 4); count > 0; count -= 1)
    await send(storm, 'messages', chatId);
};

const interrupt: Deed = async ({ client, random, chats }) => {
  const query = random() < 0.2 ? '?queue=clear' : '';
  const chatId = pick(random, chats);
  await surely(() => client.post(`/chats/${chatId}/interrupt${query}`));
};

const withdraw: Deed = async (storm) => {
  const { client, random, chats } = storm;
  const chatId = pick(random, chats);
  const queue = await queueOf(storm, chatId);
  if (queue.length === 0) return;
  await surely(() => client.delete(`/chats/${chatId}/queue/${encodeURIComponent(pick(random, queue))}`));
};

const reorder: Deed = async (storm) => {
  const { client, random, chats, orders } = storm;
  const chatId = pick(random, chats);
  const queue = await queueOf(storm, chatId);
  if (queue.length < 2) return;
  const messageId = pick(random, queue);
  const move = { messageId, position: Math.floor(random() * queue.length) };
  let tries = 0;
  const { status, body } = await surely(() => {
    tries += 1;
    return client.patch<{ queue: { id: string }[] }>(`/chats/${chatId}/queue/reorder`, move);
  });
  const order = orders.get(chatId) ?? [];
  if (status === 200)
    orders.set(
      chatId,
      reordered(
        order,
        body.queue.map(({ id }) => id),
      ),
    );
  // The first attempt may have moved it before the answer was lost, and it began since.
  else if (tries > 1)
    orders.set(
      chatId,
      order.filter((one) => one !== messageId),
    );
};

const replace: Deed = async (storm) => {
  const { client, random, chats } = storm;
  const index = Math.floor(random() * chats.length);
  await surely(() => client.delete(`/chats/${chats[index]}`));
  await openChat(storm, index);
};

/** The more often a deed stands here, the more often it is done. */
const TALK: readonly Deed[] = [
  ...Array.from({ length: 10 }, () => speak),
  ...Array.from({ length: 4 }, () => insist),
  ...Array.from({ length: 3 }, () => interrupt),
  ...Array.from({ length: 2 }, () => withdraw),
  ...Array.from({ length: 3 }, () => reorder),
  replace,
];

const restart: Failure = async ({ kill, start, random }) => {
  await kill();
  await delay(random() * 200);
  await start();
  return true;
};

const killAgent: Failure = async ({ home, random }) => {
  const shells = shellsIn(home);
  const agents = (await agentProcesses(home)).filter(({ pid }) => !shells.includes(pid));
  return agents.length > 0 && signal(pick(random, agents).pid, 'SIGKILL');
};

const killShell: Failure = async ({ home, random }) => {
  const living = new Set((await agentProcesses(home)).map(({ pid }) => pid));
  const shells = shellsIn(home).filter((pid) => living.has(pid));
  return shells.length > 0 && signal(pick(random, shells), 'SIGKILL');
};

const stopOne: Failure = async ({ home, random, stopped }) => {
  const processes = await agentProcesses(home);
  if (processes.length === 0) return false;
  const { pid } = pick(random, processes);
  stopped.add(pid);
  return signal(pid, 'SIGSTOP');
};

const wakeAll: Failure = async ({ stopped }) => {
  for (const pid of stopped) signal(pid, 'SIGCONT');
  stopped.clear();
  return Promise.resolve(true);
};

function failuresOf({ kills }: Force): Failure[] {
  const fewer = Math.ceil(kills / 5);
  return [
    ...Array.from({ length: kills }, () => restart),
    ...Array.from({ length: fewer }, () => killAgent),
    ...Array.from({ length: fewer }, () => killShell),
    ...Array.from({ length: fewer }, () => stopOne),
    ...Array.from({ length: fewer }, () => wakeAll),
  ];
}

async function openChat({ client, chats, orders }: Storm, index: number): Promise<void> {
  const id = randomUUID();
  await surely(() => client.post('/chats', { id, provider: PROVIDERS[index % PROVIDERS.length] }));
  chats[index] = id;
  orders.set(id, []);
}

async function queueOf({ client }: Storm, chatId: string): Promise<string[]> {
  const { body } = await surely(() => client.get<{ queue: { id: string }[] }>(`/chats/${chatId}/queue`));
  return body.queue.map(({ id }) => id);
}

/** Asks again while the engine is away, or cannot tell: everything that changes something has an id. */
async function surely<Body>(ask: () => Promise<Answer<Body>>): Promise<Answer<Body>> {
  for (;;) {
    const answer = await ask().catch(() => null);
    if (answer !== null && answer.status !== 503) return answer;
    await delay(50);
  }
}

/** Those that wait have to begin as they now stand, in the places that they had among the others. */
function reordered(order: readonly string[], queue: readonly string[]): string[] {
  const waiting = queue.filter((id) => order.includes(id));
  return order.map((id) => (waiting.includes(id) ? (waiting[placeOf(id)] ?? id) : id));

  function placeOf(id: string): number {
    return order.filter((one) => waiting.includes(one)).indexOf(id);
  }
}

/** The shells around agents. */
function shellsIn(home: string): number[] {
  const { agents } = createPaths(home);
  return readdirSync(agents).flatMap((run) => {
    const text = readIfThere(join(agents, run, 'shim'));
    return text === '' ? [] : Number(text);
  });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** False when it is gone already. */
function signal(pid: number, name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function shuffled<Item>(random: () => number, items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item);
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

/** Messages that an agent answered more than once. */
export function answeredTwice({ sent, stream }: Storm): string[] {
  const answers = stream.events
    .flatMap(({ type, payload }) => (type === 'chat.turn.delta' ? [payload.event] : []))
    .filter(({ type }) => ['claude-assistant', 'response_item', 'acp-agent_message'].includes(type))
    .map((event) => JSON.stringify(event));
  return sent
    .map(({ messageId }) => messageId)
    .filter((messageId) => answers.filter((text) => text.includes(`You said: ${messageId}`)).length > 1);
}

/** The messages of each chat that began by themselves, as they began, and as they were to begin. */
export function beginnings({ stream, orders }: Storm) {
  const began = new Set(
    stream.events.flatMap(({ type, payload }) =>
      type === 'chat.turn.started' && payload.steers === undefined ? [payload.messageId] : [],
    ),
  );
  return [...orders.values()].map((order) => ({
    asTheyBegan: [...began].filter((messageId) => order.includes(messageId)),
    inOrder: order.filter((messageId) => began.has(messageId)),
  }));
}
