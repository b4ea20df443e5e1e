/** What an answer holds. `nothing`: an answer of no bytes. */
export type Body = { kind: 'json'; value: unknown } | { kind: 'nothing' } | { kind: 'other' } | Unreadable;

/** Not from whom we asked, whatever its status says. */
export interface Unreadable {
  kind: 'unreadable';
  reason: string;
}

const BODY_BYTES = 1024 * 1024;

/** Reads at most 1 MiB; what is longer, or HTML, comes from something that stands in between. */
export async function readBody(response: Response): Promise<Body> {
  const type = response.headers.get('content-type') ?? '';
  if (/\bhtml\b/i.test(type)) return refuse(response, 'It answered with HTML instead of JSON.');
  const bytes = await readBytes(response);
  if (bytes === null) return refuse(response, 'It answered with more than 1 MiB.');
  return parse(bytes);
}

export function isUnreadable(body: Body): body is Unreadable {
  return body.kind === 'unreadable';
}

async function readBytes(response: Response): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function refuse({ body }: Response, reason: string): Promise<Unreadable> {
  if (body !== null && !body.locked) await body.cancel().catch(() => undefined);
  return { kind: 'unreadable', reason };
}

function parse(bytes: Buffer): Body {
  const text = bytes.toString('utf8').trim();
  if (text === '') return { kind: 'nothing' };
  if (/^<(?:!doctype|html)/i.test(text))
    return { kind: 'unreadable', reason: 'It answered with HTML instead of JSON.' };
  try {
    return { kind: 'json', value: JSON.parse(text) };
  } catch {
    // The status says all when a body is not needed; the caller who needs one says what it wanted.
    return { kind: 'other' };
  }
}
