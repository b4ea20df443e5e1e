import type { H3Event } from 'h3';
import { EngineError } from '../errors.ts';

/**
 * The body as JSON whatever its content type says: `curl -d` calls everything a form.
 * @throws {EngineError} `MALFORMED_JSON`, which names another encoding than plain UTF-8.
 */
export async function readJson({ req }: H3Event): Promise<unknown> {
  const bytes = await readBytes(req);
  if (bytes.length === 0) return undefined;
  const encoding = codingOf(req.headers) ?? encodingOf(bytes);
  if (encoding !== undefined)
    refuse(`it is ${encoding}; send it uncompressed, as UTF-8 without a byte order mark`);
  const text = toText(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    return refuse(cause instanceof Error ? cause.message : String(cause));
  }
}

async function readBytes(request: Request): Promise<Uint8Array> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch (cause) {
    const isTooLarge = cause instanceof Error && 'status' in cause && cause.status === 413;
    throw new EngineError(isTooLarge ? 'PAYLOAD_TOO_LARGE' : 'BODY_INCOMPLETE', undefined, { cause });
  }
}

/** What `Content-Encoding` says was done to the body. */
function codingOf(headers: Headers): string | undefined {
  const coding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return undefined;
  return `compressed (${coding.replaceAll(/[^\w, -]/g, '').slice(0, 40)})`;
}

/** Another encoding than UTF-8, by its first bytes; of JSON the first two are ASCII. */
function encodingOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  return ENCODINGS.find(([pattern]) => pattern.test(start))?.[1];
}

const ENCODINGS: [RegExp, string][] = [
  [/^1f8b/, 'compressed (gzip)'],
  [/^28b52ffd/, 'compressed (zstd)'],
  [/^(?:fffe0000|0000feff|000000|..000000)/, 'UTF-32'],
  [/^(?:fffe|feff|00..|..00)/, 'UTF-16'],
  [/^efbbbf/, 'UTF-8 with a byte order mark'],
];

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function toText(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return refuse('it is not UTF-8');
  }
}

function refuse(reason: string): never {
  throw new EngineError('MALFORMED_JSON', { reason });
}
