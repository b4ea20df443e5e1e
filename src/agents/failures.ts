/** Why an agent cannot take a message or is gone, in words for people. */
import type { Failure } from '../contract/chats.ts';
import type { TurnEnd } from '../contract/facts.ts';

/** An agent by what people know of it. */
export interface Named {
  readonly title: string;
  /** What to do when its program cannot be started. */
  readonly remedy: string;
}

/** `program`: where it was looked for; null when it was found nowhere. */
export function unavailable({ title, remedy }: Named, program: string | null): Failure {
  const found = program === null ? 'It was not found' : `${program} cannot be executed`;
  return { code: 'agent_unavailable', message: `${title} cannot run here. ${found}: ${remedy}.` };
}

export function outdated({ title, remedy }: Named, version: string, oldest: string): Failure {
  const message = `${title} ${version} is too old for this engine, which needs ${oldest} or newer: ${remedy}.`;
  return { code: 'agent_outdated', message };
}

export function damaged({ title }: Named): Failure {
  const message = `A message of ${title} was cut off, so the process was ended. Its session is kept.`;
  return { code: 'agent_output_damaged', message };
}

/** The log of the engine lost that, so nobody knows what became of it. */
export function givenBefore({ title }: Pick<Named, 'title'>): Failure {
  const message = `This message was given to ${title} before the log of the engine lost its end, so it is not given again. Look at what it did, then send the message again.`;
  return { code: 'given_before', message };
}

export function notRunning({ title }: Pick<Named, 'title'>): Failure {
  return { code: 'agent_exited', message: `${title} does not run.` };
}

/** It did not answer a ping, or a step of its preparation. */
export function unresponsive({ title }: Named, step = ''): Failure {
  const message = `${title} did not answer${step && ` ${step}`} in time, so the process was ended.`;
  return { code: 'agent_unresponsive', message };
}

/** A program that cannot be started exits so before it has printed anything. */
export function exited(
  named: Named,
  { exitCode, reason, isSilent, program }: Exit & { program: string | null },
): Failure {
  if (isSilent && (exitCode === 126 || exitCode === 127)) return unavailable(named, program);
  const ending = exitCode === null ? 'was killed' : `exited with code ${exitCode}`;
  return { code: 'agent_exited', message: `${named.title} ${ending}${reason === '' ? '.' : `: ${reason}`}` };
}

export interface Exit {
  exitCode: number | null;
  /** In its own words. */
  reason: string;
  /** It printed nothing. */
  isSilent: boolean;
}

/** The model's API refused the login. */
export function isLoginFailure({ outcome, error }: TurnEnd): boolean {
  return outcome === 'errored' && error?.code === 'auth';
}

/** Names that Claude Code, and adapters to it, give to what went wrong: they mean one thing whatever else is said. */
export const MODEL_FAILURES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    authentication_failed: 'auth',
    oauth_org_not_allowed: 'auth',
    account_on_hold: 'billing',
    verification_required: 'auth',
    cloud_credential_error: 'auth',
    billing_error: 'billing',
    rate_limit: 'rate_limit',
    overloaded: 'overloaded',
    model_not_found: 'model_not_found',
    connection_failed: 'network',
  }),
);
