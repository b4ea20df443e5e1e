import { H3, serve, type H3Event } from 'h3';
import type { z } from 'zod';
import {
  HeartbeatSchema,
  RefreshRequestSchema,
  WebhookEventSchema,
  type Heartbeat,
  type RefreshRequest,
  type WebhookEvent,
} from '../contract/monolith.ts';

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
  /** Answers a call instead; `proceed` does as it would be done. */
  intercept?: (call: MonolithCall, event: H3Event, proceed: () => Promise<Response>) => Promise<Response>;
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
    close: () => server.close(true),
  };
  const answer = answering(options, monolith.calls);
  const app = new H3({ silent: true })
    .post('/v1/engine/github/refresh-token', answer(refreshing(options.issue?.github)))
    .post('/v1/engine/claude/refresh-credentials', answer(refreshing(options.issue?.claude)))
    .post('/v1/engine/codex/refresh-credentials', answer(refreshing(options.issue?.codex)))
    .post(
      '/v1/engine/webhook',
      answer((call) => listen(call, heartbeats) ?? take(call, events)),
    );
  const server = serve(app, { port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false });
  await server.ready();
  monolith.url = (server.url ?? '').replace(/\/$/, '');
  return monolith;
}

type Endpoint = (call: MonolithCall) => Response | Promise<Response>;

/** Who calls, and only then what was asked for. */
function answering(
  { secret, workspaceId, intercept = (_call, _event, proceed) => proceed() }: ReferenceMonolithOptions,
  calls: MonolithCall[],
) {
  return (endpoint: Endpoint) =>
    async (event: H3Event): Promise<Response> => {
      const { headers } = event.req;
      if (headers.get('authorization') !== `Bearer ${secret}`) return refuse(401);
      if (headers.get('x-workspace-id') !== workspaceId) return refuse(403);
      const call = await readCall(event);
      calls.push(call);
      const response = await intercept(call, event, async () => endpoint(call));
      call.status = response.status;
      return response;
    };
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
    if (credential === undefined || credential === null) return refuse(404, 'absent');
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
  if (event.data.id !== idempotencyKey) return refuse(400, 'wrong_key');
  if (events.has(event.data.id)) return refuse(409, 'duplicate');
  events.set(event.data.id, event.data);
  return Response.json({ received: true });
}

/** In the shape of the engine's own refusals. */
export function refuse(status: number, code = 'refused'): Response {
  return Response.json({ error: `Refused with ${status}.`, code }, { status });
}

function malformed({ issues }: z.ZodError): Response {
  const error = issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join(' ');
  return Response.json({ error, code: 'malformed' }, { status: 400 });
}
