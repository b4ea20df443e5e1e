import { expect, it, vi } from 'vitest';
import { createMailbox } from '../../src/agents/mailbox.ts';

it('does one thing after the other, also after a failure', async () => {
  const done: unknown[] = [];
  const mailbox = createMailbox((error) => done.push(error));
  mailbox.post(async () => {
    await Promise.resolve();
    done.push('first');
  });
  mailbox.post(() => Promise.reject(new Error('second')));
  mailbox.post(() => void done.push('third'));
  await vi.waitFor(() => expect(done).toEqual(['first', new Error('second'), 'third']));
});

it('does not begin anything after it was closed', async () => {
  const done: string[] = [];
  const mailbox = createMailbox(() => {});
  mailbox.post(() => void done.push('first'));
  mailbox.post(() => mailbox.close());
  mailbox.post(() => void done.push('third'));
  await vi.waitFor(() => expect(done).toEqual(['first']));
  await Promise.resolve();
  expect(done).toEqual(['first']);
});
