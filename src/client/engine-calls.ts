import type { z } from 'zod';
import {
  CanvasItemSchema,
  CanvasListSchema,
  type CanvasItem,
  type CanvasItemSummary,
} from '../contract/canvas.ts';
import { PlanListSchema, PlanSchema, type Plan, type PlanSummary } from '../contract/plans.ts';
import { RepoListSchema } from '../contract/repos.ts';
import { HealthSchema, StatusSchema } from '../contract/status.ts';
import { ActorCalls } from './actor-calls.ts';
import { ChatCalls } from './chat-calls.ts';
import { HookCalls } from './hook-calls.ts';
import { pathSegment } from './path-segment.ts';
import type { Call, CallOptions, Transport } from './transport.ts';

export type Health = z.infer<typeof HealthSchema>;
export type Status = z.infer<typeof StatusSchema>;
export type RepoList = z.infer<typeof RepoListSchema>;

/** The routes of the engine, one call each. Each rejects with an `EngineClientError`. */
export class EngineCalls {
  readonly actors: ActorCalls;
  readonly chats: ChatCalls;
  readonly hooks: HookCalls;
  readonly #transport: Transport;

  constructor(transport: Transport, { silenceMs }: { silenceMs: number }) {
    this.#transport = transport;
    this.actors = new ActorCalls(transport, silenceMs);
    this.chats = new ChatCalls(transport);
    this.hooks = new HookCalls(transport, silenceMs);
  }

  /** Answers without the secret. */
  health(options: CallOptions = {}): Promise<Health> {
    return this.#get({ path: '/health', schema: HealthSchema, ...options });
  }

  status(options: CallOptions = {}): Promise<Status> {
    return this.#get({ path: '/status', schema: StatusSchema, ...options });
  }

  repos({ includeDiffs, signal }: CallOptions & { includeDiffs?: boolean } = {}): Promise<RepoList> {
    return this.#get({ path: '/repos', query: { includeDiffs }, schema: RepoListSchema, signal });
  }

  async plans(options: CallOptions = {}): Promise<PlanSummary[]> {
    return (await this.#get({ path: '/plans', schema: PlanListSchema, ...options })).plans;
  }

  async plan(filename: string, options: CallOptions = {}): Promise<Plan> {
    const path = `/plans/${pathSegment(filename)}`;
    return this.#get({ path, schema: PlanSchema, ...options });
  }

  async canvas(options: CallOptions = {}): Promise<CanvasItemSummary[]> {
    return (await this.#get({ path: '/canvas', schema: CanvasListSchema, ...options })).items;
  }

  async canvasItem(filename: string, options: CallOptions = {}): Promise<CanvasItem> {
    return this.#get({ path: `/canvas/${pathSegment(filename)}`, schema: CanvasItemSchema, ...options });
  }

  /** Any route, with a schema of the caller's. */
  call<Schema extends z.ZodType>(call: Call<Schema>): Promise<z.output<Schema>> {
    return this.#transport.call(call);
  }

  #get<Schema extends z.ZodType>(call: Omit<Call<Schema>, 'method' | 'isRepeatable'>) {
    return this.#transport.call({ ...call, method: 'GET', isRepeatable: true });
  }
}
