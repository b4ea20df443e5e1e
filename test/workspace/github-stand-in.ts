import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { hasCommand, provideDebianPackage } from '../support/debian-package.ts';
import { createGithubCli } from '../../src/workspace/github-cli.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { write } from './git-fixture.ts';

/** Everything but GitHub is real in these tests. */
export function provideGithubCli(): Promise<void> {
  return provideDebianPackage('gh', () => hasCommand('gh'));
}

export interface PullRequest {
  number: number;
  state: 'OPEN' | 'CLOSED' | 'MERGED';
  /** `owner/repository` of a fork; null when it is gone. The repository itself when left out. */
  fork?: string | null;
  /** As on GitHub when left out. */
  url?: string;
}

export interface GithubStandIn {
  /** Pull requests of `acme/tool` by branch. */
  readonly branches: Map<string, PullRequest[]>;
  /** What was asked for: host, branch and token, in order. */
  readonly asked: { host: string; branch: string; token: string }[];
  /** Answers every request in this way, or as GitHub would (null). */
  refusal: { status: number; body: object } | 'hang' | null;
  close(): void;
  /** A finder whose `gh` talks to this one. */
  readonly find: ReturnType<typeof createGithubCli>;
}

export interface StandInOptions {
  /** The home whose `gh` talks to this one; a folder of its own when left out. */
  home?: string;
  env?: Record<string, string>;
  gitCredentials?: string;
  program?: string;
  timeoutMs?: number;
}

/** GitHub's API behind a socket that the real `gh` is told to use. */
export async function startGithub(options: StandInOptions = {}): Promise<GithubStandIn> {
  const home = options.home ?? (await temporaryFolder());
  const socket = join(home, 'github.sock');
  write(home, {
    '.config/gh/config.yml': `http_unix_socket: ${socket}\n`,
    ...(options.gitCredentials !== undefined && { '.git-credentials': options.gitCredentials }),
  });
  const server = createServer((request, answer) => {
    void readQuestion(request).then((question) => {
      standIn.asked.push(question);
      if (standIn.refusal === 'hang') return;
      const { status, body } = standIn.refusal ?? {
        status: 200,
        body: answerOf(standIn.branches, question.branch),
      };
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  server.listen(socket);
  await once(server, 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  const find = createGithubCli({
    program: options.program ?? 'gh',
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      GH_TOKEN: 'token-of-the-environment',
      ...options.env,
    },
    credentialsFile: join(home, '.git-credentials'),
    ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
  });
  const standIn: GithubStandIn = { branches: new Map(), asked: [], refusal: null, close, find };
  return standIn;
}

async function readQuestion(request: IncomingMessage) {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const { variables } = JSON.parse(Buffer.concat(parts).toString('utf8')) as {
    variables: { headBranch: string };
  };
  const token = (request.headers.authorization ?? '').replace('token ', '');
  return { host: request.headers.host ?? '', branch: variables.headBranch, token };
}

function answerOf(branches: Map<string, PullRequest[]>, branch: string): object {
  const nodes = (branches.get(branch) ?? []).map(({ number, state, fork, url = urlOf(number) }) => ({
    url,
    number,
    state,
    isCrossRepository: fork !== undefined,
    ...headOf(fork === undefined ? 'acme/tool' : fork),
  }));
  const pullRequests = { totalCount: nodes.length, nodes, pageInfo: { hasNextPage: false, endCursor: '' } };
  return { data: { repository: { pullRequests } } };
}

function headOf(slug: string | null): object {
  const [login, name] = slug?.split('/') ?? [];
  return slug === null
    ? { headRepository: null, headRepositoryOwner: null }
    : { headRepository: { id: 'R_1', name }, headRepositoryOwner: { id: 'U_1', login } };
}

export function urlOf(number: number): string {
  return `https://github.com/acme/tool/pull/${number}`;
}
