import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { S3Access } from '../environment/archive-variables.ts';
import { ObjectStoreError, type ObjectStore } from './object-store.ts';

export interface S3StoreOptions {
  bucket: string;
  prefix: string;
  access: S3Access;
  /** Of one request, with all it sends and gets. */
  limitMs?: number;
}

interface Request {
  method: 'GET' | 'PUT' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  body?: Uint8Array;
}

interface Answer {
  status: number;
  body: Buffer;
}

const LIMIT_MS = 60_000;
const ATTEMPTS_MORE = 2;

/**
 * Objects in S3, asked for with the bucket in the path.
 *
 * unstorage's driver signs its requests by the same package, but takes the answer that a bucket is gone for success, lists the
 * first thousand objects of a whole bucket only, knows no session of a key and no limit of time.
 */
export class S3Store implements ObjectStore {
  readonly #options: S3StoreOptions;
  readonly #client: AwsClient;
  readonly #policy = retry(
    handleWhen((error) => error instanceof PassingError),
    { maxAttempts: ATTEMPTS_MORE, backoff: new ExponentialBackoff({ initialDelay: 200, maxDelay: 2_000 }) },
  );

  constructor(options: S3StoreOptions) {
    this.#options = options;
    const { accessKeyId, secretAccessKey, sessionToken, region } = options.access;
    this.#client = new AwsClient({
      service: 's3',
      region,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
    });
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#ask({ method: 'PUT', path: this.#nameOf(key), body: bytes });
  }

  async get(key: string): Promise<Buffer | null> {
    const { status, body } = await this.#ask({ method: 'GET', path: this.#nameOf(key) });
    return status === 404 ? null : body;
  }

  async list(folder: string): Promise<string[]> {
    const keys: string[] = [];
    const prefix = this.#nameOf(folder).slice(1);
    for (let after = '', isMore = true; isMore;) {
      const query = { 'list-type': '2', prefix, ...(after !== '' && { 'start-after': after }) };
      const { body } = await this.#ask({ method: 'GET', path: '', query });
      const page = body.toString('utf8');
      const found = [...page.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key);
      keys.push(...found);
      after = found.at(-1) ?? '';
      isMore = after !== '' && /<IsTruncated>true<\/IsTruncated>/.test(page);
    }
    return keys.map((key) => key.slice(prefix.length - folder.length)).toSorted();
  }

  async remove(key: string): Promise<void> {
    await this.#ask({ method: 'DELETE', path: this.#nameOf(key) });
  }

  #nameOf(key: string): string {
    return `/${this.#options.prefix}/${key}`;
  }

  #ask(request: Request): Promise<Answer> {
    return this.#policy.execute(() => this.#send(request));
  }

  async #send({ method, path, query, body }: Request): Promise<Answer> {
    const { access, bucket, limitMs = LIMIT_MS } = this.#options;
    const url = new URL(`${access.endpoint.replace(/\/+$/, '')}/${bucket}${path}`);
    url.search = new URLSearchParams(query).toString();
    const digest = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const signed = await this.#client.sign(url.href, {
      method,
      headers: { 'x-amz-content-sha256': digest },
      redirect: 'manual', // elsewhere the signature would be another one's
      signal: AbortSignal.timeout(limitMs),
      ...(body !== undefined && { body: new Uint8Array(body) }),
    });
    try {
      const response = await fetch(signed);
      return read({ status: response.status, body: Buffer.from(await response.arrayBuffer()) }, method);
    } catch (error) {
      if (error instanceof ObjectStoreError) throw error;
      throw new PassingError(`S3 cannot be reached: ${causeOf(error)}.`, causeOf(error));
    }
  }
}

/** Likely to go away by itself. */
class PassingError extends ObjectStoreError {}

function read(answer: Answer, method: string): Answer {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return answer;
  const code = /<Code>(\w{1,100})<\/Code>/.exec(body.toString('utf8'))?.[1] ?? '';
  if (status === 404 && code !== 'NoSuchBucket' && method !== 'PUT') return answer;
  const text = `S3 answered ${[status, code].filter(Boolean).join(' ')} to ${method}.`;
  throw status >= 500 || status === 429 ? new PassingError(text, code) : new ObjectStoreError(text, code);
}

/** What the network said; the rest of such an error has the whole request in it. */
function causeOf(error: unknown): string {
  const { cause, name = '' } = error as { cause?: { code?: string }; name?: string };
  return cause?.code ?? (name === 'TimeoutError' ? 'no answer in time' : name);
}
