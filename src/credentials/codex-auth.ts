import { z } from 'zod';
import type { CodexOauth } from './issued.ts';
import { indented, jsonCodec } from './json-codec.ts';

const CodexAuthSchema = z.looseObject({
  auth_mode: z.string().nullish(),
  OPENAI_API_KEY: z.string().nullish(),
  tokens: z
    .looseObject({
      id_token: z.string().nullish(),
      access_token: z.string().nullish(),
      account_id: z.string().nullish(),
    })
    .nullish(),
});

export type CodexAuth = z.infer<typeof CodexAuthSchema>;

/** `~/.codex/auth.json`, as Codex keeps it. It reads it when it starts, and again when a token was refused. */
export const codexAuth = jsonCodec(CodexAuthSchema, { empty: {}, format: indented });

/** The content with these tokens. There is no refresh token among them, so that Codex cannot use it up. */
export function withCodexTokens(content: CodexAuth, { tokens, last_refresh }: CodexOauth): CodexAuth {
  return {
    ...content,
    auth_mode: 'chatgpt',
    OPENAI_API_KEY: null,
    tokens: { ...content.tokens, ...tokens, refresh_token: '' },
    last_refresh,
  };
}

/** The content with this key, as `codex login --with-api-key` leaves it. */
export function withCodexApiKey(content: CodexAuth, apiKey: string): CodexAuth {
  const { tokens: _, last_refresh: __, ...rest } = content;
  return { ...rest, auth_mode: 'apikey', OPENAI_API_KEY: apiKey };
}
