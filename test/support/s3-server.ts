import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Access } from '../../src/environment/archive-variables.ts';
import { listen } from './loopback.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The fork of s3rver that is kept: it checks signatures, answers in S3's own XML with its error codes, runs inside of Node 20
 * and needs no network once it is installed. Of the others, s3rver itself is left alone since 2021, fauxqs wants Node 22 and
 * checks no signature, moto is Python, and Debian 12 has none.
 */
const S3rver = createRequire(import.meta.url)('@20minutes/s3rver') as new (options: object) => {
  callback(): Handler;
  configureBuckets(): Promise<unknown>;
};

export interface S3Server {
  readonly bucket: string;
  readonly access: S3Access;
  /** Every request since the start, as `PUT bucket/key`. */
  readonly requests: string[];
  /** Answers a request in the place of S3 when it returns true. */
  fault: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

const BUCKET = 'archives';

/** An S3 on loopback with one bucket. */
export async function startS3(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 's3-'));
  const s3 = new S3rver({ directory, silent: true, configureBuckets: [{ name: BUCKET }] });
  await s3.configureBuckets();
  const answer = s3.callback();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    requests.push(`${request.method} ${path.slice(1)}${query === '' ? '' : '?'}`);
    if (!running.fault(request, response)) answer(request, response);
  });
  const { url: endpoint, close } = await listen(server);
  const running: S3Server = {
    bucket: BUCKET,
    access: {
      endpoint,
      region: 'us-east-1',
      accessKeyId: 'S3RVER',
      secretAccessKey: 'S3RVER',
    },
    requests,
    fault: () => false,
    async close() {
      await close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return running;
}
