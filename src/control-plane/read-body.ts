/** What an answer holds: JSON, or why it is none. `isForeign`: it is not from whom we asked, whatever its status says. */
export type Body = { value: unknown } | { flaw: string; isForeign: boolean };

const BODY_BYTES = 1024 * 1024;
const HTML = 'It answered with HTML instead of JSON.';

/** Reads at most 1 MiB; what is longer, or HTML, comes from something that stands in between. */
export async function readBody(response: Response): Promise<Body> {
  const type = response.headers.get('content-type') ?? '';
  if (/\bhtml\b/i.test(type)) return refuse(response, HTML);
  const text = await readText(response);
  if (text === null) return refuse(response, 'It answered with more than 1 MiB.');
  if (/^<(?:!doctype|html)/i.test(text)) return { flaw: HTML, isForeign: true };
  if (text === '') return { flaw: 'It answered with nothing.', isForeign: false };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { flaw: 'It answered with something that is not JSON.', isForeign: false };
  }
}

async function readText(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8').trim();
}

async function refuse({ body }: Response, flaw: string): Promise<Body> {
  if (body !== null && !body.locked) await body.cancel().catch(() => undefined);
  return { flaw, isForeign: true };
}
