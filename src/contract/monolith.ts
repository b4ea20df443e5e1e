import { z } from 'zod';

/** ISO 8601 text or epoch milliseconds: the control plane may send either. */
const ExpirySchema = z.union([z.iso.datetime({ offset: true }), z.number().int().nonnegative()]);

export const RefreshReasonSchema = z.enum(['boot', 'expiring', 'rejected', 'manual']);
export const RefreshRequestSchema = z.object({
  reason: RefreshReasonSchema,
  rejectedTokenSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

export const GithubCredentialSchema = z.looseObject({ token: z.string().min(1), expiresAt: ExpirySchema });

const ApiKeySchema = z.looseObject({ type: z.literal('apiKey'), apiKey: z.string().min(1) });

export const ClaudeCredentialSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('oauth'),
    claudeAiOauth: z.looseObject({
      accessToken: z.string().min(1),
      refreshToken: z.string().nullable().optional(),
      expiresAt: ExpirySchema,
      scopes: z.array(z.string()),
      subscriptionType: z.string().optional(),
    }),
  }),
  ApiKeySchema,
  z.looseObject({
    type: z.literal('bedrock'),
    env: z.looseObject({
      CLAUDE_CODE_USE_BEDROCK: z.string(),
      AWS_ACCESS_KEY_ID: z.string(),
      AWS_SECRET_ACCESS_KEY: z.string(),
      AWS_REGION: z.string(),
      AWS_SESSION_TOKEN: z.string().optional(),
    }),
    expiresAt: ExpirySchema.optional(),
  }),
]);

export const CodexCredentialSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('oauth'),
    tokens: z.looseObject({
      id_token: z.string().min(1),
      access_token: z.string().min(1),
      refresh_token: z.string(),
      account_id: z.string(),
    }),
    last_refresh: z.string(),
  }),
  ApiKeySchema,
]);
