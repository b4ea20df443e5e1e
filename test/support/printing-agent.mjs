#!/usr/bin/env node
/**
 * Prints like Claude Code: to each user line 10,000 messages, or `LINES`, that carry the time at which they were printed,
 * as fast as it can or at `LINES_PER_SECOND`. Stands in for the CLI, which is too slow, where only the way of its lines through the
 * engine matters.
 */
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';

const LINES = Number(process.env['LINES'] ?? 10_000);
const TICK_MS = 5;

const session_id = process.argv.find((argument) => argument.startsWith('--session-id='))?.slice(13);
const linesPerSecond = Number(process.env['LINES_PER_SECOND'] ?? Infinity);
const linesPerTick = (linesPerSecond * TICK_MS) / 1000;

for await (const line of createInterface({ input: process.stdin })) {
  const { type, uuid, request_id } = JSON.parse(line);
  if (type === 'control_request') {
    print({ type: 'control_response', response: { subtype: 'success', request_id, response: {} } });
  }
  if (type === 'user') talk(uuid);
}

function talk(messageUuid) {
  print({ type: 'system', subtype: 'session_state_changed', state: 'running' });
  let printed = 0;
  const timer = setInterval(() => {
    const count = Math.min(LINES - printed, linesPerTick);
    print(...Array.from({ length: count }, (_, index) => speak(printed + index)));
    printed += count;
    if (printed < LINES) return;
    clearInterval(timer);
    finish(messageUuid);
  }, TICK_MS);
}

function speak(index) {
  const message = { id: `m${index}`, content: [{ type: 'text', text: `${index} `.padEnd(200, 'x') }] };
  return { type: 'assistant', message, printedAt: performance.timeOrigin + performance.now() };
}

function finish(messageUuid) {
  print(
    {
      type: 'result',
      subtype: 'success',
      is_error: false,
      terminal_reason: 'completed',
      user_message_uuids: messageUuid === undefined ? [] : [messageUuid],
    },
    { type: 'system', subtype: 'session_state_changed', state: 'idle' },
  );
}

function print(...messages) {
  const lines = messages.map(
    (message) => `${JSON.stringify({ ...message, uuid: randomUUID(), session_id })}\n`,
  );
  process.stdout.write(lines.join(''));
}
