import { z } from 'zod';

export const CredentialProviderSchema = z.enum(['github', 'claude', 'codex']);
/** Those of agents, of which there may be several logins. */
export const LoginProviderSchema = CredentialProviderSchema.extract(['claude', 'codex']);
export const CredentialStateSchema = z.enum(['absent', 'fresh', 'refreshing', 'backingOff', 'rejected']);

export const CredentialHealthSchema = z
  .object({
    state: CredentialStateSchema,
    source: z.string().nullable(),
    lastSuccessAt: z.iso.datetime().nullable(),
    lastAttemptAt: z.iso.datetime().nullable(),
    nextAttemptAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime().nullable(),
    consecutiveFailures: z.number().int().nonnegative(),
    lastError: z.string().nullable(),
  })
  .meta({ id: 'CredentialHealth' });

export const RefreshParamsSchema = z.object({ provider: CredentialProviderSchema });
export const RefreshAcceptedSchema = CredentialHealthSchema.extend({
  provider: CredentialProviderSchema,
}).meta({ id: 'RefreshAccepted' });

export const TokenRefreshHealthSchema = z
  .object({
    providers: z.object({
      github: CredentialHealthSchema,
      claude: CredentialHealthSchema,
      codex: CredentialHealthSchema,
    }),
  })
  .meta({ id: 'TokenRefreshHealth' });

/** `~/.replicas/engine/credentials.json`: what is known of the credentials in place, without a secret. */
export const CredentialsFileSchema = z.object({
  version: z.literal(1),
  providers: z.partialRecord(
    CredentialProviderSchema,
    CredentialHealthSchema.pick({ source: true, lastSuccessAt: true, expiresAt: true }),
  ),
  /** Digests of logins that were refused and that nobody replaced. */
  refused: z.partialRecord(LoginProviderSchema, z.array(z.string())).optional(),
});

export type CredentialProvider = z.infer<typeof CredentialProviderSchema>;
export type LoginProvider = z.infer<typeof LoginProviderSchema>;
export type CredentialState = z.infer<typeof CredentialStateSchema>;
export type CredentialHealth = z.infer<typeof CredentialHealthSchema>;
export type TokenRefreshHealth = z.infer<typeof TokenRefreshHealthSchema>;
export type CredentialsFile = z.infer<typeof CredentialsFileSchema>;
