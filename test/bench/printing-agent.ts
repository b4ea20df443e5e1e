#!/usr/bin/env node
/**
 * Prints like Claude Code, at a steady rate, lines that carry the time at which they were printed: stands in for the CLI
 * where only the way of a line through the engine is measured.
 */
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const LINES = 10_000;
const LINES_PER_TICK = 5;
const TICK_MS = 5;

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
  if (type === 'user') talk(uuid);
}

function talk(messageUuid: string | undefined): void {
  print({ type: 'system', subtype: 'session_state_changed', state: 'running' });
  let printed = 0;
  const timer = setInterval(() => {
    for (let count = 0; count < LINES_PER_TICK && printed < LINES; count += 1) printed = speak(printed);
    if (printed < LINES) return;
    clearInterval(timer);
    finish(messageUuid);
  }, TICK_MS);
}

function speak(index: number): number {
  const message = { id: `m${index}`, content: [{ type: 'text', text: 'x'.repeat(200) }] };
  print({ type: 'assistant', message, printedAt: performance.timeOrigin + performance.now() });
  return index + 1;
}

function finish(messageUuid: string | undefined): void {
  const user_message_uuids = messageUuid === undefined ? [] : [messageUuid];
  print({
    type: 'result',
    subtype: 'success',
    is_error: false,
    terminal_reason: 'completed',
    user_message_uuids,
  });
  print({ type: 'system', subtype: 'session_state_changed', state: 'idle' });
}

function print(message: object): void {
  process.stdout.write(`${JSON.stringify({ ...message, uuid: randomUUID(), session_id })}\n`);
}
