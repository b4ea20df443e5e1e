import { H3, HTTPError, serve, type H3Event } from 'h3';

export interface MonolithCall {
  readonly path: string;
  readonly idempotencyKey: string | null;
  readonly body: unknown;
}

export interface MonolithStandIn {
  /** For `MONOLITH_URL`. */
  readonly url: string;
  /** Every call with the right secret and workspace, oldest first. */
  readonly calls: readonly MonolithCall[];
  close(): Promise<void>;
}

export interface MonolithStandInOptions {
  secret: string;
  workspaceId: string;
  /** What a refresh is answered with; 404, "nothing configured", for those left out. */
  credentials?: { github?: unknown; claude?: unknown; codex?: unknown };
}

/** The four endpoints of the control plane that the engine calls, on loopback. It remembers what it was told. */
export async function startMonolithStandIn(options: MonolithStandInOptions): Promise<MonolithStandIn> {
  const calls: MonolithCall[] = [];
  const app = createApp(options, (call) => void calls.push(call));
  const server = serve(app, { port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false });
  await server.ready();
  return { url: (server.url ?? '').replace(/\/$/, ''), calls, close: () => server.close(true) };
}

function createApp(options: MonolithStandInOptions, remember: (call: MonolithCall) => void): H3 {
  const { github, claude, codex } = options.credentials ?? {};
  const app = new H3({ silent: true });
  app.use((event) => requireEngine(event, options));
  app.use(async (event) => remember(await readCall(event)));
  app.post('/v1/engine/github/refresh-token', () => orNothing(github));
  app.post('/v1/engine/claude/refresh-credentials', () => orNothing(claude));
  app.post('/v1/engine/codex/refresh-credentials', () => orNothing(codex));
  app.post('/v1/engine/webhook', () => ({ received: true }));
  return app;
}

function requireEngine({ req }: H3Event, { secret, workspaceId }: MonolithStandInOptions): void {
  if (req.headers.get('authorization') !== `Bearer ${secret}`) throw new HTTPError({ status: 401 });
  if (req.headers.get('x-workspace-id') !== workspaceId) throw new HTTPError({ status: 403 });
}

async function readCall({ req, url }: H3Event): Promise<MonolithCall> {
  const body: unknown = await req.json().catch(() => null);
  return { path: url.pathname, idempotencyKey: req.headers.get('idempotency-key'), body };
}

function orNothing(credential: unknown): unknown {
  if (credential === undefined) throw new HTTPError({ status: 404, message: 'nothing configured' });
  return credential;
}
