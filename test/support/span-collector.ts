import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { listenInTest } from './loopback.ts';

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
}

interface Export {
  resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
}

/** What a collector of OpenTelemetry gets over HTTP, as JSON; so many requests are cut off first. */
export async function startCollector({ refusals = 0 } = {}) {
  let left = refusals;
  const spans: Span[] = [];
  const texts: string[] = [];
  const keys: unknown[] = [];
  const server = createServer(async (request, response) => {
    if ((left -= 1) >= 0) return void request.destroy();
    const exported = (await json(request)) as Export;
    keys.push(request.headers['x-key']);
    texts.push(JSON.stringify(exported));
    for (const { scopeSpans } of exported.resourceSpans)
      spans.push(...scopeSpans.flatMap((scope) => scope.spans));
    response.setHeader('content-type', 'application/json').end('{}');
  });
  const { url, close } = await listenInTest(server);
  return { url, spans, texts, keys, close };
}
