import type { QueuedMessage } from '../../../src/contract/records.ts';

export function messageOf(changes: Partial<QueuedMessage>): QueuedMessage {
  return {
    messageId: 'm',
    turnId: 'u',
    digest: '',
    content: { kind: 'inline', text: 'hello' },
    planMode: false,
    queuedAt: '2026-11-22T12:00:00.000Z',
    ...changes,
  };
}
