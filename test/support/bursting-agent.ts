/**
 * Prints like Claude Code, as fast as it can: to each user line `LINES` messages and a result. Stands in for the CLI,
 * which is too slow, where only the way of a burst through the engine matters.
 */
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const LINES = 10_000;

const InputSchema = z.looseObject({
  type: z.string(),
  uuid: z.string().optional(),
  request_id: z.string().optional(),
});

const session_id = process.argv.find((argument) => argument.startsWith('--session-id='))?.slice(13);

for await (const line of createInterface({ input: process.stdin })) {
  const { type, uuid, request_id } = InputSchema.parse(JSON.parse(line));
  if (type === 'control_request') {
    print({ type: 'control_response', response: { subtype: 'success', request_id, response: {} } });
  }
  if (type === 'user') print(...burst(uuid));
}

function burst(messageUuid: string | undefined): object[] {
  return [
    { type: 'system', subtype: 'session_state_changed', state: 'running' },
    ...Array.from({ length: LINES }, (_, index) => ({
      type: 'assistant',
      message: { id: `m${index}`, content: [{ type: 'text', text: `${index} `.padEnd(200, 'x') }] },
    })),
    {
      type: 'result',
      subtype: 'success',
      is_error: false,
      terminal_reason: 'completed',
      user_message_uuids: messageUuid === undefined ? [] : [messageUuid],
    },
    { type: 'system', subtype: 'session_state_changed', state: 'idle' },
  ];
}

function print(...messages: object[]): void {
  const lines = messages.map(
    (message) => `${JSON.stringify({ ...message, uuid: randomUUID(), session_id })}\n`,
  );
  process.stdout.write(lines.join(''));
}
