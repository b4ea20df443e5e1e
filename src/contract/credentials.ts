import { z } from 'zod';

export const CredentialProviderSchema = z.enum(['github', 'claude', 'codex']);
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

export const TokenRefreshHealthSchema = z.object({
  providers: z.object({
    github: CredentialHealthSchema,
    claude: CredentialHealthSchema,
    codex: CredentialHealthSchema,
  }),
});
