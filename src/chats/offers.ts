import type { AgentDriver } from '../agents/agent.ts';
import type { Offers, Topic } from '../agents/inquiry.ts';
import type { ChatModel, McpServer, SlashCommand } from '../contract/offers.ts';
import { EngineError } from '../errors.ts';
import type { Gate } from './gate.ts';

export class ChatOffers {
  readonly #gate: Gate;
  readonly #drivers: ReadonlyMap<string, AgentDriver>;

  constructor(gate: Gate, drivers: ReadonlyMap<string, AgentDriver>) {
    this.#gate = gate;
    this.#drivers = drivers;
  }

  /** Of the engine, then of the agent; the engine's own hide what is called the same. */
  async commands(chatId: string): Promise<SlashCommand[]> {
    const { provider } = this.#gate.recordOf(chatId).chat;
    const found = await this.#tell(chatId, 'commands');
    const modes = this.#drivers.get(provider)?.modes ?? [];
    const own = [PLAN, ...modes.map((mode) => MODES[mode])];
    const names = new Set(own.map(({ command }) => command));
    const others = (found ?? []).filter(({ command }) => !names.has(command));
    return [...own, ...others].map((command) => ({ ...command, providers: [provider] }));
  }

  async models(chatId: string): Promise<ChatModel[]> {
    const found = await this.#demand(chatId, 'models');
    const { model } = this.#gate.recordOf(chatId).chat;
    const byId = found.find(({ id }) => id === model);
    const current = byId ?? found.find(({ alias, isDefault }) => (model ? alias === model : isDefault));
    const models = found.map(({ id, name, levels, isDefault }) => ({
      id,
      name,
      levels: [...levels],
      default: isDefault,
      current: id === current?.id,
    }));
    if (model === undefined || current !== undefined) return models;
    return [{ id: model, name: model, levels: [], default: false, current: true }, ...models];
  }

  async mcp(chatId: string): Promise<McpServer[]> {
    return [...(await this.#demand(chatId, 'mcp'))];
  }

  async #demand<About extends Topic>(chatId: string, topic: About): Promise<Offers[About]> {
    const found = await this.#tell(chatId, topic);
    if (found !== null) return found;
    const { provider } = this.#gate.recordOf(chatId).chat;
    throw new EngineError('UNSUPPORTED', { provider, feature: topic, remedy: REMEDIES[topic] });
  }

  /** Null when the agent has no word for it. */
  async #tell<About extends Topic>(chatId: string, topic: About): Promise<Offers[About] | null> {
    const { provider } = this.#gate.recordOf(chatId).chat;
    this.#gate.refuseWhenStopping();
    const told = await this.#drivers.get(provider)?.tell(topic);
    if (told === undefined || told.kind === 'unsupported') return null;
    if (told.kind === 'told') return told.offer;
    this.#gate.refuseWhenStopping();
    throw new EngineError('AGENT_UNAVAILABLE', { provider, reason: told.failure.message });
  }
}

type Command = Offers['commands'][number];

const PLAN: Command = {
  command: '/plan',
  description: 'Plans first: nothing is changed before the plan is allowed.',
  argumentHint: '<what to plan>',
};

const MODES: Record<AgentDriver['modes'][number], Command> = {
  goal: {
    command: '/goal',
    description: 'Works on until the goal is reached.',
    argumentHint: '<what to reach>',
  },
  fast: {
    command: '/fast',
    description: 'Answers from the faster tier of the model, where it has one.',
    argumentHint: '<what to do>',
  },
};

const REMEDIES: Record<Topic, string> = {
  commands: 'see its own documentation',
  models: 'see its own documentation',
  mcp: 'ask it in a message',
};
