import { z } from 'zod';
import { CanvasItemSchema, CanvasListSchema } from '../../src/contract/canvas.ts';
import {
  ChatListSchema,
  ChatResponseSchema,
  ChatSnapshotSchema,
  CreateChatSchema,
} from '../../src/contract/chats.ts';
import { TokenRefreshHealthSchema } from '../../src/contract/credentials.ts';
import { WorkspaceEnvironmentSchema } from '../../src/contract/environment.ts';
import { ErrorResponseSchema } from '../../src/contract/errors.ts';
import { EngineEventSchema } from '../../src/contract/events.ts';
import { HistoryPageSchema } from '../../src/contract/history.ts';
import { HooksStatusSchema } from '../../src/contract/hooks.ts';
import {
  InterruptReceiptSchema,
  MessageReceiptSchema,
  QueueSchema,
  SendMessageSchema,
} from '../../src/contract/messages.ts';
import {
  ClaudeCredentialSchema,
  CodexCredentialSchema,
  GithubCredentialSchema,
  HeartbeatSchema,
  RefreshRequestSchema,
  WebhookEventSchema,
} from '../../src/contract/monolith.ts';
import { PlanListSchema, PlanSchema } from '../../src/contract/plans.ts';
import { PreviewListSchema } from '../../src/contract/previews.ts';
import { RepoListSchema } from '../../src/contract/repos.ts';
import { AnswerSchema, RequestListSchema } from '../../src/contract/requests.ts';
import { SearchResultsSchema } from '../../src/contract/search.ts';
import { HealthSchema, StatusSchema } from '../../src/contract/status.ts';

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
