import type { z } from 'zod';
import type { CredentialProvider } from '../contract/credentials.ts';
import {
  ClaudeCredentialSchema,
  CodexCredentialSchema,
  GithubCredentialSchema,
  type Heartbeat,
  type IssuedCredentials,
  type RefreshRequest,
  type WebhookEvent,
} from '../contract/monolith.ts';
import { createCall, type Call, type CallOptions, type Unavailable } from './call.ts';
import { createCircuit, type Circuit } from './circuit.ts';
import type { Body } from './read-body.ts';

/**
 * The calls the engine makes to the control plane. Each is one attempt that ends within `timeoutMs`, and none
 * throws: when to try again is for the caller to decide. While an endpoint fails again and again its calls are
 * answered `unavailable` at once, without touching the network.
 */
export interface MonolithClient {
  readonly refresh: {
    readonly [Provider in CredentialProvider]: (
      request: RefreshRequest,
    ) => Promise<RefreshOutcome<IssuedCredentials[Provider]>>;
  };
  deliver(event: WebhookEvent): Promise<DeliveryOutcome>;
  /** Tells that the engine lives. What comes of it does not matter to the next time. */
  beat(heartbeat: Heartbeat): Promise<void>;
}

/** `absent`: nothing is configured. `refused`: the same request will be refused again. */
export type RefreshOutcome<T> =
  { kind: 'issued'; credential: T } | { kind: 'absent' } | { kind: 'refused'; reason: string } | Unavailable;

/** `isDuplicate`: the other side had it already. `refused`: it will never take this event. */
export type DeliveryOutcome =
  { kind: 'delivered'; isDuplicate: boolean } | { kind: 'refused'; reason: string } | Unavailable;

export type MonolithOptions = CallOptions;

const WEBHOOK = '/v1/engine/webhook';

const NOT_FOUND = 404;

/** An event that is there already; of a refresh, that it cannot be done at this moment. */
const CONFLICT = 409;

export function createMonolithClient(options: MonolithOptions): MonolithClient {
  const call = createCall(options);
  return {
    refresh: {
      github: refreshing(call, '/v1/engine/github/refresh-token', GithubCredentialSchema),
      claude: refreshing(call, '/v1/engine/claude/refresh-credentials', ClaudeCredentialSchema),
      codex: refreshing(call, '/v1/engine/codex/refresh-credentials', CodexCredentialSchema),
    },
    deliver: delivering(call, createCircuit()),
    beat: async (heartbeat) => void (await call(WEBHOOK, { body: heartbeat })),
  };
}

function refreshing<T>(call: Call, path: string, schema: z.ZodType<T>) {
  const circuit: Circuit = createCircuit();
  return (request: RefreshRequest): Promise<RefreshOutcome<T>> =>
    circuit<RefreshOutcome<T>>(async () => {
      const answer = await call(path, { body: request });
      if (answer.kind === 'answered') return parseCredential(answer.body, schema);
      if (answer.kind === 'unavailable') return answer;
      const { status, reason } = answer;
      if (status === NOT_FOUND) return { kind: 'absent' };
      return { kind: status === CONFLICT ? 'unavailable' : 'refused', reason };
    });
}

function delivering(call: Call, circuit: Circuit) {
  return (event: WebhookEvent): Promise<DeliveryOutcome> =>
    circuit<DeliveryOutcome>(async () => {
      const headers = { 'idempotency-key': event.id };
      const answer = await call(WEBHOOK, { body: event, headers });
      if (answer.kind === 'answered') return { kind: 'delivered', isDuplicate: false };
      if (answer.kind === 'unavailable') return answer;
      const { status, reason } = answer;
      return status === CONFLICT ? { kind: 'delivered', isDuplicate: true } : { kind: 'refused', reason };
    });
}

/** The credential in an answer. Of one that is none, only the places that are wrong are told, never what stands there. */
function parseCredential<T>(body: Body, schema: z.ZodType<T>): RefreshOutcome<T> {
  if ('flaw' in body) return { kind: 'unavailable', reason: body.flaw };
  const parsed = schema.safeParse(body.value);
  if (parsed.success) return { kind: 'issued', credential: parsed.data };
  const places = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'the answer'} (${code})`);
  return { kind: 'unavailable', reason: `It answered with what is no credential: ${places.join(', ')}.` };
}
