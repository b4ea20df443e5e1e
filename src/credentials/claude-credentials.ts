import { z } from 'zod';
import type { ClaudeOauth } from './issued.ts';
import { jsonCodec } from './json-codec.ts';

const ClaudeCredentialsSchema = z.looseObject({
  claudeAiOauth: z
    .looseObject({
      accessToken: z.string().nullish(),
      refreshToken: z.string().nullish(),
      expiresAt: z.number().nullish(),
    })
    .nullish(),
});

export type ClaudeCredentials = z.infer<typeof ClaudeCredentialsSchema>;

/** `~/.claude/.credentials.json`, as Claude Code keeps it. It reads it again before each request when it changed. */
export const claudeCredentials = jsonCodec(ClaudeCredentialsSchema, { empty: {} });

/**
 * The content with this login. It gets no refresh token: with one, Claude Code would refresh by itself, which makes the
 * one that the control plane holds worthless.
 */
export function withClaudeOauth(content: ClaudeCredentials, oauth: ClaudeOauth): ClaudeCredentials {
  return { ...content, claudeAiOauth: { ...content.claudeAiOauth, ...oauth, refreshToken: '' } };
}

/** Null when nobody is logged in: Claude Code empties the token of a login that ended. */
export function claudeAccessToken({ claudeAiOauth }: ClaudeCredentials): string | null {
  return claudeAiOauth?.accessToken || null;
}
