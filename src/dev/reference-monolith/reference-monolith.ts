import { H3, serve, type H3Event } from 'h3';
import type { z } from 'zod';
import {
  HeartbeatSchema,
  RefreshRequestSchema,
  WebhookEventSchema,
  type Heartbeat,
  type RefreshRequest,
  type WebhookEvent,
} from '../../contract/monolith.ts';
import { answerBy, refusal, type Fault } from './faults.ts';

export interface MonolithCall {
  readonly path: string;
  readonly idempotencyKey: string | null;
  readonly body: unknown;
  /** What it was answered with; null while it was not, or never. */
  status: number | null;
}

/** Answers a refresh with a credential, or with null when nothing is configured. */
export type Issue = (request: RefreshRequest) => unknown;

export interface ReferenceMonolithOptions {
  secret: string;
  workspaceId: string;
  /** Who answers refreshes; 404, "nothing configured", for those left out. */
  issue?: { github?: Issue; claude?: Issue; codex?: Issue };
  /** What goes wrong with a call, if anything does. */
  fault?: (call: MonolithCall) => Fault | undefined;
  /** Its clock, in epoch milliseconds, which need not be that of the engine. */
  now?: () => number;
  /** TCP port on 127.0.0.1; any free one when left out. */
  port?: number;
}

export interface ReferenceMonolith {
  /** For `MONOLITH_URL`. */
  readonly url: string;
  /** Every call with the right secret and workspace, oldest first. */
  readonly calls: readonly MonolithCall[];
  /** Every event that was taken, once, in the order of arrival. */
  readonly events: readonly WebhookEvent[];
  /** Every sign of life, oldest first. */
  readonly heartbeats: readonly Heartbeat[];
  /** What goes wrong from now on. */
  fault: (call: MonolithCall) => Fault | undefined;
  close(): Promise<void>;
}

/** The control plane as the engine sees it: its four endpoints on loopback. Strict about what it is sent; it forgets nothing. */
export async function startReferenceMonolith(options: ReferenceMonolithOptions): Promise<ReferenceMonolith> {
  const events = new Map<string, WebhookEvent>();
  const heartbeats: Heartbeat[] = [];
  const monolith = {
    url: '',
    calls: [] as MonolithCall[],
    heartbeats,
    get events() {
      return [...events.values()];
    },
    fault: options.fault ?? (() => undefined),
    close: () => server.close(true),
  };
  const answer = answering(options, monolith);
  const app = new H3({ silent: true })
    .post('/v1/engine/github/refresh-token', answer(refreshing(options.issue?.github)))
    .post('/v1/engine/claude/refresh-credentials', answer(refreshing(options.issue?.claude)))
    .post('/v1/engine/codex/refresh-credentials', answer(refreshing(options.issue?.codex)))
    .post(
      '/v1/engine/webhook',
      answer((call) => listen(call, heartbeats) ?? take(call, events)),
    );
  const { port = 0 } = options;
  const server = serve(app, { port, hostname: '127.0.0.1', silent: true, gracefulShutdown: false });
  await server.ready();
  monolith.url = (server.url ?? '').replace(/\/$/, '');
  return monolith;
}

type Endpoint = (call: MonolithCall) => Response | Promise<Response>;

/** Who calls, what goes wrong, and only then what was asked for. */
function answering(
  { secret, workspaceId, now = Date.now }: ReferenceMonolithOptions,
  monolith: { calls: MonolithCall[]; fault: ReferenceMonolith['fault'] },
) {
  return (endpoint: Endpoint) =>
    async (event: H3Event): Promise<Response> => {
      const { headers } = event.req;
      if (headers.get('authorization') !== `Bearer ${secret}`) return refusal({ status: 401 });
      if (headers.get('x-workspace-id') !== workspaceId) return refusal({ status: 403 });
      const call = await readCall(event);
      monolith.calls.push(call);
      const response = await answerCall(event, { call, endpoint, fault: monolith.fault(call) });
      call.status = response.status;
      response.headers.set('date', new Date(now()).toUTCString());
      return response;
    };
}

async function answerCall(
  event: H3Event,
  { call, endpoint, fault }: { call: MonolithCall; endpoint: Endpoint; fault: Fault | undefined },
): Promise<Response> {
  const early = fault !== undefined && fault.isLate !== true ? await answerBy(fault, event) : undefined;
  if (early !== undefined) return early;
  const response = await endpoint(call);
  const late = fault?.isLate === true ? await answerBy(fault, event) : undefined;
  return late ?? response;
}

async function readCall({ req, url }: H3Event): Promise<MonolithCall> {
  const body: unknown = await req.json().catch(() => null);
  return { path: url.pathname, idempotencyKey: req.headers.get('idempotency-key'), body, status: null };
}

function refreshing(issue: Issue | undefined): Endpoint {
  return async ({ body }) => {
    const request = RefreshRequestSchema.safeParse(body);
    if (!request.success) return malformed(request.error);
    const credential = await issue?.(request.data);
    if (credential === undefined || credential === null) return refusal({ status: 404, code: 'absent' });
    return credential instanceof Response ? credential : Response.json(credential);
  };
}

/** Null when it is no sign of life. */
function listen({ body }: MonolithCall, heartbeats: Heartbeat[]): Response | null {
  const { data } = HeartbeatSchema.safeParse(body);
  if (data === undefined) return null;
  heartbeats.push(data);
  return Response.json({ received: true });
}

function take({ body, idempotencyKey }: MonolithCall, events: Map<string, WebhookEvent>): Response {
  const event = WebhookEventSchema.safeParse(body);
  if (!event.success) return malformed(event.error);
  if (event.data.id !== idempotencyKey) return refusal({ status: 400, code: 'wrong_key' });
  if (events.has(event.data.id)) return refusal({ status: 409, code: 'duplicate' });
  events.set(event.data.id, event.data);
  return Response.json({ received: true });
}

function malformed({ issues }: z.ZodError): Response {
  const error = issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join(' ');
  return Response.json({ error, code: 'malformed' }, { status: 400 });
}
