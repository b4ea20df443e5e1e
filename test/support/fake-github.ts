import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { json } from 'node:stream/consumers';
import { listenInTest } from './loopback.ts';

export interface FakeGithub {
  /** What git and gh need in their environment to take it for github.com. */
  readonly environment: Record<string, string>;
  /** The tokens that are good now. */
  readonly tokens: Set<string>;
  /** Tokens that git and gh came with, with whether they were good, oldest first. */
  readonly logins: { program: 'git' | 'gh'; token: string; isGood: boolean }[];
  /** Titles of the pull requests that were opened. */
  readonly pullRequests: string[];
  /** The commits of a branch, the newest first, by their subjects. */
  subjects(branch: string): Promise<string[]>;
}

/**
 * github.com on loopback, over TLS, behind a proxy: git's own server for the repository `acme/app`, and as much of the API
 * as `gh pr create` asks. Gone when the test is over.
 */
export async function startFakeGithub(folder: string): Promise<FakeGithub> {
  const repository = join(folder, 'repositories', 'acme', 'app.git');
  await mkdir(repository, { recursive: true });
  await execa('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository]);
  await execa('git', ['-C', repository, 'config', 'http.receivepack', 'true']);
  const { certificate, key } = await makeCertificate(folder);
  const github: FakeGithub = {
    environment: {},
    tokens: new Set(),
    logins: [],
    pullRequests: [],
    subjects: async (branch) => {
      const { stdout } = await execa('git', ['-C', repository, 'log', '--format=%s', branch], {
        lines: true,
      });
      return stdout;
    },
  };
  const server = createTlsServer(
    { key: await readFile(key), cert: await readFile(certificate) },
    (request, response) => {
      const handle = request.headers.host === 'api.github.com' ? answerApi : answerGit;
      handle(request, response, { github, root: join(folder, 'repositories') }).catch(() =>
        response.destroy(),
      );
    },
  );
  const { port } = await listenInTest(server);
  const { url: proxy } = await listenInTest(createProxy(port));
  Object.assign(github.environment, {
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    NO_PROXY: '127.0.0.1,localhost',
    GIT_SSL_CAINFO: certificate,
    SSL_CERT_FILE: certificate,
  });
  return github;
}

interface Parts {
  github: FakeGithub;
  root: string;
}

async function answerGit(
  request: IncomingMessage,
  response: ServerResponse,
  { github, root }: Parts,
): Promise<void> {
  const [, encoded = ''] = (request.headers.authorization ?? '').split('Basic ');
  const [user = '', token = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  const isGood = github.tokens.has(token) && user === 'x-access-token';
  if (encoded !== '') github.logins.push({ program: 'git', token, isGood });
  if (isGood) return runBackend(request, response, root);
  response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' });
  response.end();
}

/** The Common Gateway Interface, as far as git needs it. */
async function runBackend(request: IncomingMessage, response: ServerResponse, root: string): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://github.com');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: 'x-access-token',
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      ...(request.headers['content-encoding'] && {
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      }),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(child.stdin);
  const output = Buffer.concat(await child.stdout.toArray());
  const end = output.indexOf('\r\n\r\n');
  const headers = output.subarray(0, end).toString().split('\r\n');
  const status = headers.find((line) => line.startsWith('Status: '))?.slice(8, 11) ?? '200';
  const pairs = headers.filter((line) => !line.startsWith('Status: ')).map((line) => line.split(': '));
  response.writeHead(Number(status), Object.fromEntries(pairs) as Record<string, string>);
  response.end(output.subarray(end + 4));
}

async function answerApi(
  request: IncomingMessage,
  response: ServerResponse,
  { github }: Parts,
): Promise<void> {
  const token = (request.headers.authorization ?? '').replace(/^(?:token|Bearer) /i, '');
  const isGood = github.tokens.has(token);
  github.logins.push({ program: 'gh', token, isGood });
  const body = request.method === 'POST' ? ((await json(request)) as ApiRequest) : null;
  response.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json' });
  response.end(JSON.stringify(isGood ? answerQuery(body, github) : { message: 'Bad credentials' }));
}

interface ApiRequest {
  query: string;
  variables: Record<string, unknown>;
}

const REPOSITORY = {
  id: 'R_1',
  name: 'app',
  owner: { login: 'acme' },
  viewerPermission: 'WRITE',
  hasIssuesEnabled: true,
  defaultBranchRef: { name: 'main' },
  parent: null,
  isPrivate: true,
};

function answerQuery(request: ApiRequest | null, { pullRequests }: FakeGithub): object {
  const query = request?.query ?? '';
  if (query.includes('createPullRequest')) {
    const input = request?.variables['input'] as { title: string };
    pullRequests.push(input.title);
    const url = `https://github.com/acme/app/pull/${pullRequests.length}`;
    return { data: { createPullRequest: { pullRequest: { id: 'PR_1', url } } } };
  }
  const viewer = { login: 'bot', id: 'U_1' };
  const repository = { ...REPOSITORY, pullRequests: { nodes: [], totalCount: 0 }, issueTemplates: [] };
  return { data: { viewer, repository, repo_000: repository } };
}

/** Passes github.com and api.github.com to the server, and nothing else anywhere. */
function createProxy(port: number) {
  const proxy = createServer((_request, response) => response.writeHead(502).end());
  proxy.on('connect', (request: IncomingMessage, client: Duplex) => {
    client.on('error', () => undefined);
    if (!/^(?:api\.)?github\.com:443$/.test(request.url ?? '')) {
      client.end('HTTP/1.1 502 Not here\r\n\r\n');
      return;
    }
    const server = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connected\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    server.on('error', () => client.destroy());
  });
  return proxy;
}

async function makeCertificate(folder: string): Promise<{ certificate: string; key: string }> {
  const [certificate, key] = [join(folder, 'github.pem'), join(folder, 'github.key')];
  const names = 'subjectAltName=DNS:github.com,DNS:api.github.com';
  const request = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=github.com'.split(' ');
  await execa('openssl', [...request, '-addext', names, '-keyout', key, '-out', certificate]);
  return { certificate, key };
}
