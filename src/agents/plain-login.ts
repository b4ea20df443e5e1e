import type { AgentLogin } from './login.ts';

/** The login of an agent that nobody manages: whatever the environment and the agent's own files say. */
export function createPlainLogin(environment: Readonly<Record<string, string>>): AgentLogin {
  return {
    ready: () => Promise.resolve(),
    environment: () => environment,
    tokens: () => null,
    onChange: () => () => {},
    rejected: () => Promise.resolve('refused'),
  };
}
