import { isCredentialKey } from '../log.ts';

const TEXT_CHARACTERS = 400;
/** Looked at for secrets: one that the cut runs through is still seen whole. */
const LOOKAHEAD_CHARACTERS = 4_096;
const LIST_ITEMS = 20;
const DEPTH = 8;

/** Whatever a machine keeps, as JSON for people: without secrets, large texts and lists cut, anything else named. */
export function abridge(value: unknown, redact: (text: string) => string, depth = 0): unknown {
  if (typeof value === 'string') return abridgeText(value, redact);
  if (typeof value !== 'object' || value === null) return isPlain(value) ? value : `[${typeof value}]`;
  if (depth >= DEPTH) return '…';
  if (Array.isArray(value)) return abridgeList(value, (item) => abridge(item, redact, depth + 1));
  if (!isRecord(value)) return `[${value.constructor.name}]`;
  const entries = Object.entries(value).map(([key, child]) => [
    key,
    typeof child === 'string' && isCredentialKey(key) ? '[redacted]' : abridge(child, redact, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function abridgeText(text: string, redact: (text: string) => string): string {
  const whole = redact(text.slice(0, TEXT_CHARACTERS + LOOKAHEAD_CHARACTERS));
  if (whole.length <= TEXT_CHARACTERS) return whole;
  return `${whole.slice(0, TEXT_CHARACTERS)}… (${text.length} characters)`;
}

function abridgeList(items: readonly unknown[], toItem: (item: unknown) => unknown): unknown[] {
  const shown = items.slice(0, LIST_ITEMS).map(toItem);
  const rest = items.length - shown.length;
  return rest > 0 ? [...shown, `… ${rest} more`] : shown;
}

function isPlain(value: unknown): boolean {
  return value === null || ['undefined', 'boolean', 'number'].includes(typeof value);
}

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
