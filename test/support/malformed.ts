import type { Fault } from './faulty-monolith.ts';

/** Bodies that come from something in between, or from a mistake. */
export const MALFORMED = {
  html: { kind: 'malformed', type: 'text/html', body: '<!doctype html><title>Log in</title>' },
  text: { kind: 'malformed', type: 'text/plain', body: 'OK' },
  half: { kind: 'malformed', body: '{"token":"' },
  nothing: { kind: 'malformed', body: '' },
  otherShape: { kind: 'malformed', body: '{"data":{"token":7}}' },
  huge: { kind: 'malformed', body: JSON.stringify('x'.repeat(2 << 20)) },
} as const satisfies Record<string, Fault>;
