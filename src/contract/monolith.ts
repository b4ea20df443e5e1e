import { z } from 'zod';
import { EpochMsSchema, SecretSchema } from './bounds.ts';
import {
  EngineReadySchema,
  RequestClosedSchema,
  RequestOpenedSchema,
  TroubleSchema,
  TurnEndSchema,
  eventOf,
  type EngineEventType,
} from './events.ts';
import { HooksProgressSchema } from './hooks.ts';
import { GitDiffSchema, RepoSchema } from './repos.ts';
import { BootSchema, EngineStatusSchema } from './status.ts';

/** ISO 8601 text or epoch milliseconds: the control plane may send either. */
const ExpirySchema = z.union([
  z.iso.datetime({ offset: true }).refine((text) => EpochMsSchema.safeParse(Date.parse(text)).success),
  EpochMsSchema.int(),
]);

export const RefreshReasonSchema = z.enum(['boot', 'expiring', 'rejected', 'manual']);
export const RefreshRequestSchema = z.object({
  reason: RefreshReasonSchema,
  rejectedTokenSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

export const GithubCredentialSchema = z.looseObject({ token: SecretSchema, expiresAt: ExpirySchema });

const ApiKeySchema = z.looseObject({ type: z.literal('apiKey'), apiKey: SecretSchema });

export const ClaudeCredentialSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('oauth'),
    claudeAiOauth: z.looseObject({
      accessToken: SecretSchema,
      refreshToken: z.string().nullable().optional(),
      expiresAt: ExpirySchema,
      scopes: z.array(z.string()),
      subscriptionType: z.string().optional(),
    }),
  }),
  ApiKeySchema,
  z.looseObject({
    type: z.literal('bedrock'),
    env: z
      .looseObject({
        CLAUDE_CODE_USE_BEDROCK: z.string(),
        AWS_ACCESS_KEY_ID: z.string(),
        AWS_SECRET_ACCESS_KEY: z.string(),
        AWS_REGION: z.string(),
        AWS_SESSION_TOKEN: z.string().optional(),
      })
      .refine((env) => Object.values(env).every(fitsEnvironment)),
    expiresAt: ExpirySchema.optional(),
  }),
]);

export const CodexCredentialSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('oauth'),
    tokens: z.looseObject({
      id_token: SecretSchema,
      access_token: SecretSchema,
      refresh_token: z.string(),
      account_id: z.string(),
    }),
    last_refresh: z.iso.datetime({ offset: true }),
  }),
  ApiKeySchema,
]);

/** A repository as it is when the end of a turn is told: what the turn may have changed in it. */
export const WebhookRepoSchema = RepoSchema.pick({ name: true, prUrls: true })
  .extend({ branch: z.string(), gitDiff: GitDiffSchema.pick({ added: true, removed: true }).nullable() })
  .meta({ id: 'WebhookRepo' });

/** A request with what a notification says of it. `title` is the chat's, as it is when this is told; null when it is gone. */
const WaitingSchema = RequestOpenedSchema.extend({ title: z.string().nullable(), summary: z.string() });

/**
 * A sign of life, at the same place as events: told as things are now, never repeated and never waited for. Without a key,
 * because each is another one.
 */
export const HeartbeatSchema = z
  .object({
    type: z.literal('engine.heartbeat'),
    ts: z.iso.datetime(),
    workspaceId: z.string(),
    payload: z.object({
      /** When this engine started, in epoch milliseconds. */
      bootTimeMs: z.number().int().nonnegative(),
      uptimeSeconds: z.number().nonnegative(),
      /** As in `GET /health`. */
      status: z.enum(['initializing', 'ok']),
      boot: BootSchema,
      /** As in `GET /status`. */
      counters: EngineStatusSchema.omit({ uptimeSeconds: true }),
      /** The event that is told next, and how many of the log lie behind it; null when everything was told. */
      undelivered: z
        .object({ id: z.string(), ts: z.iso.datetime(), lag: z.number().int().positive() })
        .nullable(),
    }),
  })
  .meta({ id: 'Heartbeat' });

/** The body of `POST /v1/engine/webhook`: the event as it stands in the journal, and whose it is. */
export const WebhookEventSchema = z
  .discriminatedUnion('type', [
    webhookOf('engine.ready', EngineReadySchema),
    webhookOf('chat.turn.completed', TurnEndSchema.extend({ repos: z.array(WebhookRepoSchema) })),
    webhookOf('chat.request.opened', WaitingSchema),
    webhookOf('chat.request.closed', RequestClosedSchema),
    webhookOf('hooks.completed', HooksProgressSchema),
    webhookOf('hooks.failed', HooksProgressSchema),
    webhookOf('error', TroubleSchema),
  ])
  .meta({ id: 'WebhookEvent' });

/** What the control plane is told of, in the order of the journal. */
export const WEBHOOK_EVENT_TYPES = WebhookEventSchema.options.map(({ shape }) => shape.type.value);

export type RefreshRequest = z.infer<typeof RefreshRequestSchema>;
export type GithubCredential = z.infer<typeof GithubCredentialSchema>;
export type ClaudeCredential = z.infer<typeof ClaudeCredentialSchema>;
export type CodexCredential = z.infer<typeof CodexCredentialSchema>;
/** What is issued, by whom it is for. */
export interface IssuedCredentials {
  github: GithubCredential;
  claude: ClaudeCredential;
  codex: CodexCredential;
}
export type WebhookEventType = WebhookEvent['type'];
export type WebhookRepo = z.infer<typeof WebhookRepoSchema>;
export type WebhookEvent = z.infer<typeof WebhookEventSchema>;
export type Heartbeat = z.infer<typeof HeartbeatSchema>;

/** What is no text is not passed on. */
function fitsEnvironment(value: unknown): boolean {
  return typeof value !== 'string' || (value.length <= 64 * 1024 && !/[\0\r\n]/.test(value));
}

function webhookOf<Type extends EngineEventType, Payload extends z.ZodType>(type: Type, payload: Payload) {
  return eventOf(type, payload).extend({ workspaceId: z.string() });
}
