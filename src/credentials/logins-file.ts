import { z } from 'zod';
import { indented, jsonCodec } from './json-codec.ts';

const LoginSchema = z.looseObject({
  /** What kind of login the control plane issued last: it comes first. */
  issued: z.string().optional(),
  apiKey: z.string().optional(),
});

const LoginsFileSchema = z.looseObject({ claude: LoginSchema.optional(), codex: LoginSchema.optional() });

export type LoginsFile = z.infer<typeof LoginsFileSchema>;
export type IssuedLogin = z.infer<typeof LoginSchema>;

/** `~/.replicas/engine/logins.json`: the API keys that were issued, which have no file of their own elsewhere. */
export const loginsFile = jsonCodec(LoginsFileSchema, { empty: {}, format: indented });

export function withIssued(
  content: LoginsFile,
  provider: 'claude' | 'codex',
  login: IssuedLogin,
): LoginsFile {
  return { ...content, [provider]: { ...content[provider], ...login } };
}
