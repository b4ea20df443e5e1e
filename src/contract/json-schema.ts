import { z } from 'zod';
import { CanvasItemSchema, CanvasListSchema } from './canvas.ts';
import { ChatListSchema, ChatResponseSchema, ChatSnapshotSchema, CreateChatSchema } from './chats.ts';
import { TokenRefreshHealthSchema } from './credentials.ts';
import { WorkspaceEnvironmentSchema } from './environment.ts';
import { ErrorResponseSchema } from './errors.ts';
import { EngineEventSchema } from './events.ts';
import { HistoryPageSchema } from './history.ts';
import { HooksStatusSchema } from './hooks.ts';
import { InterruptReceiptSchema, MessageReceiptSchema, QueueSchema, SendMessageSchema } from './messages.ts';
import {
  ClaudeCredentialSchema,
  CodexCredentialSchema,
  GithubCredentialSchema,
  HeartbeatSchema,
  RefreshRequestSchema,
  WebhookEventSchema,
} from './monolith.ts';
import { PlanListSchema, PlanSchema } from './plans.ts';
import { PreviewListSchema } from './previews.ts';
import { RepoListSchema } from './repos.ts';
import { AnswerSchema, RequestListSchema } from './requests.ts';
import { SearchResultsSchema } from './search.ts';
import { HealthSchema, StatusSchema } from './status.ts';

/** What others send to the engine: values that may be left out are not required. */
const RECEIVED = {
  CreateChat: CreateChatSchema,
  SendMessage: SendMessageSchema,
  Answer: AnswerSchema,
  GithubCredential: GithubCredentialSchema,
  ClaudeCredential: ClaudeCredentialSchema,
  CodexCredential: CodexCredentialSchema,
};

/** What the engine sends to others. */
const SENT = {
  EngineEvent: EngineEventSchema,
  Error: ErrorResponseSchema,
  Health: HealthSchema,
  Status: StatusSchema,
  ChatList: ChatListSchema,
  Chat: ChatResponseSchema,
  ChatSnapshot: ChatSnapshotSchema,
  HistoryPage: HistoryPageSchema,
  MessageReceipt: MessageReceiptSchema,
  InterruptReceipt: InterruptReceiptSchema,
  Queue: QueueSchema,
  RequestList: RequestListSchema,
  PlanList: PlanListSchema,
  Plan: PlanSchema,
  CanvasList: CanvasListSchema,
  CanvasItem: CanvasItemSchema,
  PreviewList: PreviewListSchema,
  WorkspaceEnvironment: WorkspaceEnvironmentSchema,
  SearchResults: SearchResultsSchema,
  RepoList: RepoListSchema,
  HooksStatus: HooksStatusSchema,
  TokenRefreshHealth: TokenRefreshHealthSchema,
  RefreshRequest: RefreshRequestSchema,
  WebhookEvent: WebhookEventSchema,
  Heartbeat: HeartbeatSchema,
};

/** Everything that crosses the engine's boundary, as one JSON Schema document (draft 2020-12). */
export function contractJsonSchema(): object {
  const received = Object.entries(RECEIVED).map(([name, schema]) => definitionsOf(name, schema, 'input'));
  const sent = Object.entries(SENT).map(([name, schema]) => definitionsOf(name, schema, 'output'));
  const definitions = Object.assign({}, ...received, ...sent) as Record<string, unknown>;
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', $defs: definitions };
}

/** A schema under its name, beside the named schemas it refers to. */
function definitionsOf(name: string, schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io });
  const isReference = own.$ref === `#/$defs/${name}`;
  return isReference ? $defs : { ...$defs, [name]: own };
}
