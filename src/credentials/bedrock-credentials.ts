import { z } from 'zod';
import { indented, jsonCodec } from './json-codec.ts';

/** The variables that come and go together: a session token of other keys would make these worthless. */
const VARIABLES = [
  'CLAUDE_CODE_USE_BEDROCK',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_REGION',
];

const BedrockCredentialsSchema = z.record(z.string(), z.unknown());

export type BedrockCredentials = z.infer<typeof BedrockCredentialsSchema>;

/** `~/.claude/.bedrock-credentials.json`: variables for Claude Code, and whatever else was provisioned there. */
export const bedrockCredentials = jsonCodec(BedrockCredentialsSchema, { empty: {}, format: indented });

export function withBedrock(content: BedrockCredentials, env: Record<string, unknown>): BedrockCredentials {
  const rest = Object.entries(content).filter(([name]) => !VARIABLES.includes(name));
  return { ...Object.fromEntries(rest), ...env };
}

/** What Claude Code needs in its environment; null when there are no keys. */
export function bedrockEnvironment(content: BedrockCredentials): Record<string, string> | null {
  const variables = Object.entries(content).flatMap(([name, value]) =>
    isVariable(name) && typeof value === 'string' && value !== '' ? [[name, value] as const] : [],
  );
  const env = Object.fromEntries(variables);
  if (!env['AWS_SECRET_ACCESS_KEY'] && !env['AWS_BEARER_TOKEN_BEDROCK']) return null;
  return { CLAUDE_CODE_USE_BEDROCK: '1', ...env };
}

/** What is new when the keys are. */
export function secretOfBedrock(env: Readonly<Record<string, unknown>>): string {
  const names = ['AWS_SESSION_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'AWS_BEARER_TOKEN_BEDROCK'];
  const secret = names.map((name) => env[name]).find((value) => typeof value === 'string' && value !== '');
  return typeof secret === 'string' ? secret : '';
}

function isVariable(name: string): boolean {
  return /^(?:AWS|ANTHROPIC|CLAUDE)_[A-Z0-9_]+$/.test(name);
}
