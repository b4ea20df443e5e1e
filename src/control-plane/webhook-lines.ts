import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from '../contract/monolith.ts';
import { sequenceOf } from '../journal/event-id.ts';
import { findTypeEnd, parseLine, readId, typeStart, type StoredLine } from '../journal/event-line.ts';

/** A line of the journal that the control plane is told of. */
export type WebhookLine = Extract<StoredLine, { type: WebhookEventType }>;

const NEWLINE = 0x0a;
const TYPES: ReadonlySet<string> = new Set(WEBHOOK_EVENT_TYPES);

/** What the outbox says of itself: telling that to a control plane which refuses it would never end. */
const OWN_TROUBLE: ReadonlySet<string> = new Set(['webhook_refused', 'webhooks_given_up']);

/** Whether the control plane is told of events like this one. */
export function isTold({ type, payload }: { type: string; payload: object }): boolean {
  return TYPES.has(type) && !(type === 'error' && 'code' in payload && OWN_TROUBLE.has(String(payload.code)));
}

/** The lines to tell among whole lines of the journal, from a sequence on; only these are parsed. */
export function webhookLinesOf(block: Buffer, from: number): { lines: WebhookLine[]; lastId: string } {
  const lines: WebhookLine[] = [];
  let lastId = '';
  for (let start = 0; start < block.length;) {
    const end = block.indexOf(NEWLINE, start) + 1;
    lastId = readId(block, start);
    const type = block.toString('latin1', typeStart(start), findTypeEnd(block, start));
    if (TYPES.has(type) && sequenceOf(lastId) >= from) {
      const line = parseLine(block.toString('utf8', start, end));
      if (line !== null && isWebhookLine(line)) lines.push(line);
    }
    start = end;
  }
  return { lines, lastId };
}

function isWebhookLine(line: StoredLine): line is WebhookLine {
  return isTold(line);
}
