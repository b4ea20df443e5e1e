import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFailed, onTestFinished, vi } from 'vitest';
import type { DriverOptions } from '../../../src/agents/agent-context.ts';
import { type AgentDriver, createDriver as createAgentDriver } from '../../../src/agents/agent.ts';
import { createClaudeCodec } from '../../../src/agents/claude/codec.ts';
import { temporaryFolderOf } from '../../../src/agents/claude/launch.ts';
import { plus } from '../../../machines/chat.usage.ts';
import type { PayloadFiles } from '../../../src/agents/delivery-input.ts';
import { createPlainLogin } from '../../../src/agents/login.ts';
import type { Policy, Usage } from '../../../src/contract/chats.ts';
import type { AgentCommand, AgentFact, AgentSessionInput } from '../../../src/contract/facts.ts';
import type { Image } from '../../../src/contract/messages.ts';
import type { Delivery, MessageContent, QueuedMessage } from '../../../src/contract/records.ts';
import type { AgentRequest, Answer } from '../../../src/contract/requests.ts';
import type { TaskRecord } from '../../../src/contract/tasks.ts';
import { createPaths } from '../../../src/environment/paths.ts';
import { createLog } from '../../../src/log.ts';
import { openAgent, type OpenAgent } from '../../support/open-agent.ts';
import { createTemporaryHome } from '../../support/temporary-home.ts';

export type Said = Extract<AgentFact, { type: 'agent.said' }>;
type FactOf<Type extends AgentFact['type']> = Extract<AgentFact, { type: Type }>;

export interface TestChat {
  readonly home: string;
  readonly facts: AgentFact[];
  /** What the journal would hold. */
  readonly record: AgentSessionInput;
  readonly partials: string[];
  /** What the agent tells of itself. */
  tell: AgentDriver['tell'];
  command(command: AgentCommand): void;
  /** What a task of the agent printed. */
  outputOf(task: TaskRecord): string | undefined;
  /** Prepares and records a message, as far as a chat gets that dies before it delivers it. */
  prepare(text: string, options?: Partial<QueuedMessage>): Promise<QueuedMessage>;
  /** Sends a message as a chat does: prepared, recorded, delivered. */
  begin(text: string, options?: Partial<QueuedMessage>): Promise<QueuedMessage>;
  /** Sends a message and waits for its end. */
  run(text: string, options?: Partial<QueuedMessage>): Promise<Said>;
  /** Says a message into the running turn, as a chat does: recorded, then delivered. */
  steer(text: string): QueuedMessage;
  /** Waits for the end of the message. */
  ended(message: QueuedMessage): Promise<Said>;
  /** Keeps text and images in a file, as large messages are. */
  store(content: { text: string; images: Image[] }): Promise<MessageContent>;
  /** Another chat of the same driver. */
  sibling(): TestChat;
  /** The next engine: a new session on what is recorded. */
  reopen(changes?: Changes): void;
  detach(): void;
  /** Ends its agent as a chat does that is deleted, whichever engine started it. */
  end(): Promise<void>;
}

export interface StandInOptions extends Partial<DriverOptions> {
  command: string | null;
  policy?: Policy;
}

export interface Changes extends Partial<DriverOptions> {
  command?: string | null;
}

const PATIENCE_MS = 60_000;

/** A chat with Claude Code, or what stands in for it, reduced to what a driver needs of it. */
export async function openStandIn({
  command,
  policy = 'bypass',
  ...overrides
}: StandInOptions): Promise<TestChat> {
  const { options, ...stage } = await createStage(overrides);
  const createDriver = ({ command: other = command, ...changes }: Changes) => {
    const given = { ...options, findProgram: () => other, ...changes };
    return createAgentDriver(
      createClaudeCodec(given.paths, () => given.login.environment()),
      given,
    );
  };
  return createChat({ ...stage, createDriver, policy });
}

/** What chats of one driver share, and what an engine would give to that; gone when the test is over. */
export async function createStage(overrides: Partial<DriverOptions>) {
  const home = await createTemporaryHome();
  const payloads = createPayloadMap();
  const lines: string[] = [];
  const partials: string[] = [];
  const chats: TestChat[] = [];
  const options: DriverOptions = {
    findProgram: () => null,
    login: createPlainLogin({ PATH: process.env['PATH'] ?? '' }),
    paths: createPaths(home.path),
    payloads,
    settled: () => Promise.resolve(),
    isLagging: () => false,
    reportPartial: (_, __, { payload }) => partials.push(JSON.stringify(payload)),
    requestTimeoutMs: 60_000,
    redact: (text) => text,
    idleMs: 60_000,
    processesMax: 8,
    log: createLog({ level: 'debug', secrets: [], output: { write: (line) => lines.push(line) } }),
    ...overrides,
  };
  onTestFailed(() => {
    console.error(lines.join(''));
    for (const { facts } of chats) console.error(JSON.stringify(facts.slice(-20), null, 1));
  });
  onTestFinished(async () => {
    await endChats(chats);
    await home.remove();
    const folders = chats.map(({ record }) => temporaryFolderOf(home.path, record.chatId));
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  });
  return { home: home.path, options, partials, payloads, chats };
}

interface ChatParts {
  createDriver: (changes: Changes) => AgentDriver;
  home: string;
  partials: string[];
  policy: Policy;
  payloads: PayloadFiles;
  /** All chats of the driver. */
  chats: TestChat[];
}

/** A chat reduced to what a driver needs of it, whichever agent it is. */
export function createChat(parts: ChatParts): TestChat {
  const { createDriver, home, partials, policy, payloads } = parts;
  let driver = createDriver({});
  const facts: AgentFact[] = [];
  const record: AgentSessionInput = {
    chatId: randomUUID(),
    provider: driver.provider,
    policy,
    sessionId: null,
    position: null,
    turn: null,
    requests: [],
    selfDirected: false,
  };
  let session: OpenAgent;
  let isDetached = false;
  const report = (fact: AgentFact) => {
    facts.push(fact);
    keep(record, fact);
    if (fact.type === 'turn.prepared' && record.turn?.message.messageId === fact.messageId) {
      record.turn = { ...record.turn, delivery: fact.delivery };
      session.command({ type: 'agent.deliver', message: record.turn.message, delivery: fact.delivery });
    }
  };
  const open = () => {
    isDetached = false;
    session = openAgent(driver, structuredClone(record), report);
  };
  const detach = () => {
    isDetached = true;
    session.detach();
  };
  open();
  const waitFor = <Found>(find: () => Found | undefined): Promise<Found> =>
    vi.waitFor(
      () => {
        const found = find();
        expect(found).toBeDefined();
        return found as Found;
      },
      { timeout: PATIENCE_MS, interval: 5 },
    );

  const chat: TestChat = {
    home,
    facts,
    record,
    partials,
    command: (command) => session.command(command),
    outputOf: (task) => session.outputOf(task)?.text,
    async prepare(text, options) {
      const message = newMessage(text, options);
      record.turnIds = [...(record.turnIds ?? []), message.turnId];
      session.command({ type: 'agent.prepare', message });
      const { delivery } = await waitFor(() =>
        ofType(facts, 'turn.prepared').find(({ messageId }) => messageId === message.messageId),
      );
      record.turn = { message, startedAt: new Date().toISOString(), delivery };
      return message;
    },
    async begin(text, options) {
      const message = await chat.prepare(text, options);
      const { delivery } = record.turn!;
      session.command({ type: 'agent.deliver', message, delivery });
      return message;
    },
    steer(text) {
      const message = newMessage(text);
      record.steering = [...(record.steering ?? []), message];
      record.turnIds = [...(record.turnIds ?? []), message.turnId];
      session.command({ type: 'agent.steer', message });
      return message;
    },
    tell: (topic) => driver.tell(topic),
    run: async (text, options) => chat.ended(await chat.begin(text, options)),
    ended: ({ messageId }) =>
      waitFor(() =>
        ofType(facts, 'agent.said').find((said) => said.messageId === messageId && said.end !== undefined),
      ),
    store: async (content) => ({
      kind: 'file',
      file: await payloads.write(JSON.stringify(content)),
      preview: '',
    }),
    sibling: () => createChat({ ...parts, createDriver: () => driver }),
    reopen(changes) {
      detach();
      if (changes !== undefined) driver = createDriver(changes);
      open();
    },
    detach,
    async end() {
      if (isDetached) open();
      for (const type of ['agent.stop', 'agent.kill'] as const) {
        const ends = ofType(facts, 'agent.exited').length;
        session.command({ type });
        if (await becomesTrue(() => ofType(facts, 'agent.exited').length > ends)) break;
      }
      detach();
      const run = record.position && join(home, '.replicas/engine/agents', record.position.runId);
      if (run !== null) await becomesTrue(() => !existsSync(run)); // what is opened again must not find half of it
    },
  };
  parts.chats.push(chat);
  return chat;
}

/** Ends the agents of all of them: what then runs in their home is left. */
async function endChats(chats: readonly TestChat[]): Promise<void> {
  await Promise.all(chats.map((chat) => chat.end()));
}

async function becomesTrue(condition: () => boolean): Promise<boolean> {
  const waiting = vi.waitUntil(condition, { timeout: 10_000, interval: 5 });
  return waiting.catch(() => false);
}

/** What the record of a chat takes from a fact. */
function keep(record: AgentSessionInput, fact: AgentFact): void {
  if ('position' in fact && fact.position !== null) record.position = fact.position;
  if (fact.type === 'request.opened') record.requests = [...record.requests, fact.request];
  if (fact.type === 'request.withdrawn') {
    record.requests = record.requests.filter(({ id }) => id !== fact.requestId);
  }
  if (fact.type === 'steer.taken' || fact.type === 'steer.refused') {
    record.steering = (record.steering ?? []).filter(({ messageId }) => messageId !== fact.messageId);
  }
  if (fact.type === 'turn.prepared' && fact.delivery.sessionMark !== undefined) {
    record.sessionMark = fact.delivery.sessionMark;
  }
  if (fact.type === 'agent.exited') record.turn = null;
  if (fact.type !== 'agent.said') return;
  if (fact.tasks !== undefined)
    record.tasks = fact.tasks.filter(({ state }) => state === 'running' || state === 'stopping');
  record.sessionId = fact.sessionId ?? record.sessionId;
  if (fact.sessionMark !== undefined) record.sessionMark = fact.sessionMark;
  record.selfDirected = fact.selfDirected ?? record.selfDirected ?? false;
  if (fact.end !== undefined) record.turn = null;
}

export function ofType<Type extends AgentFact['type']>(facts: AgentFact[], type: Type): FactOf<Type>[] {
  return facts.filter((fact): fact is FactOf<Type> => fact.type === type);
}

/** All that the agent said it used. */
export function spentIn(facts: AgentFact[]): Usage {
  return ofType(facts, 'agent.said').reduce<Usage>((all, { spent }) => plus(all, spent), {});
}

/** The texts that the agent said, in order. */
export function textsOf(facts: AgentFact[]): string[] {
  return eventsOf(facts, 'claude-assistant').flatMap(({ payload }) =>
    (payload as { message: { content: { type: string; text?: string }[] } }).message.content.flatMap(
      ({ text }) => text ?? [],
    ),
  );
}

/** How each task of the agent was told to stand, one after the other: `id state`. */
export function taskStatesOf(facts: AgentFact[], id: string): string[] {
  const states = ofType(facts, 'agent.said').flatMap(({ tasks = [] }) =>
    tasks.flatMap((task) => (task.id === id ? [task.state] : [])),
  );
  return states.filter((state, index) => state !== states[index - 1]);
}

export function eventsOf(facts: AgentFact[], type: string) {
  return ofType(facts, 'agent.said')
    .flatMap(({ events }) => events)
    .filter((event) => event.type === type);
}

/** The last request that the agent opened, once it opened so many. */
export async function openRequest({ facts }: TestChat, count = 1): Promise<AgentRequest> {
  await until(() => expect(ofType(facts, 'request.opened')).toHaveLength(count));
  return ofType(facts, 'request.opened').at(-1)!.request;
}

export function answer(chat: TestChat, request: AgentRequest, given: Answer): void {
  chat.command({ type: 'agent.answer', request, answer: given });
}

export async function toolIsOpen({ facts }: TestChat): Promise<void> {
  await until(() => expect(ofType(facts, 'agent.said').at(-1)?.openTools).toBe(1));
}

/** How the turns ended, in order. */
export function endsIn({ facts }: TestChat) {
  return ofType(facts, 'agent.said').flatMap(({ end }) => end?.outcome ?? []);
}

export async function until(condition: () => void | Promise<void>): Promise<void> {
  await vi.waitFor(condition, { timeout: PATIENCE_MS, interval: 5 });
}

export function newMessage(text: string, options: Partial<QueuedMessage> = {}): QueuedMessage {
  return {
    messageId: randomUUID(),
    turnId: randomUUID(),
    digest: '',
    content: { kind: 'inline', text },
    planMode: false,
    queuedAt: new Date().toISOString(),
    ...options,
  };
}

/** With what their driver notes in them. */
export function deliveriesOf({ facts }: TestChat): Delivery[] {
  return ofType(facts, 'turn.prepared').map(({ delivery }) => ({
    ...delivery,
    ...(delivery['note'] as object | undefined),
  }));
}

export function runFolder({ home, record }: TestChat): string {
  return join(createPaths(home).agents, record.position?.runId ?? record.turn?.delivery.runId ?? '');
}

/** Outlives the sessions of a test, like the folder it stands for. */
function createPayloadMap(): PayloadFiles {
  const texts = new Map<string, string>();
  return {
    async write(text) {
      const file = randomUUID();
      texts.set(file, text);
      return Promise.resolve(file);
    },
    read: (file) => Promise.resolve(texts.get(file) ?? ''),
  };
}
