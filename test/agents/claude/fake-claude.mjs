#!/usr/bin/env node
// Speaks as much of Claude Code's protocol as tests of its session need. What it does is said by the user's text.
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

if (process.argv[2] === '--version') {
  process.stdout.write('2.1.332 (Claude Code)\n');
  process.exit();
}
const sessionId = process.argv.find((one) => /^--(session-id|resume)=/.test(one))?.split('=')[1];
const print = (message) => process.stdout.write(`${JSON.stringify({ ...message, session_id: sessionId })}\n`);
const state = (name) => print({ type: 'system', subtype: 'session_state_changed', state: name });
const answer = (id, response) =>
  print({ type: 'control_response', response: { subtype: 'success', request_id: id, ...response } });
const say = (text) => print({ type: 'assistant', message: { content: [{ type: 'text', text }] } });
let uuid = '';
/** Questions that wait for an answer. */
let pending = [];
const result = (values) =>
  print({ type: 'result', subtype: 'success', is_error: false, user_message_uuids: [uuid], ...values });

const deeds = {
  quiet: () => result(),
  nap: () => {
    result();
    state('napping');
  },
  echoOnly: () => state('idle'),
  exit: () => {
    process.stderr.write('it hurts\n');
    process.exit(3);
  },
  ask: () => print({ type: 'control_request', request_id: 'q1', request: { subtype: 'elicitation' } }),
  wait: () => {},
  background: () => {
    finish();
    print({ type: 'system', subtype: 'background_tasks_changed', tasks: [{ task_id: 'a' }] });
  },
  /** Asks in the background, when the turn is over. */
  later: () => {
    finish();
    const request = { subtype: 'can_use_tool', tool_name: 'AskUserQuestion', input: { questions: [] } };
    pending = [{ type: 'control_request', request_id: 'q2', request }];
    state('running');
    pending.forEach(print);
  },
  ten: () => {
    for (let count = 0; count < 10; count += 1) say(`${count}`);
    finish();
  },
};

function finish() {
  result();
  print({ type: 'command_lifecycle', command_uuid: uuid, state: 'completed' });
  state('idle');
}

/** What was said to it is in its session's file, as with Claude Code, which goes on where none can be written. */
function keep(line) {
  const project = process.cwd().replaceAll(/[^A-Za-z0-9]/g, '-');
  const folder = join(process.env.HOME, '.claude', 'projects', project);
  try {
    mkdirSync(folder, { recursive: true });
    appendFileSync(join(folder, `${sessionId}.jsonl`), `${JSON.stringify({ ...line, sessionId })}\n`);
  } catch {
    return;
  }
}

function onUser({ uuid: id, message }) {
  uuid = id;
  keep({ type: 'user', uuid, message });
  if (message.content !== 'echoOnly') {
    state('running');
    print({ type: 'command_lifecycle', command_uuid: uuid, state: 'started' });
  }
  print({ type: 'user', uuid, isReplay: true, message });
  const deed = deeds[message.content];
  if (deed) return deed();
  say(`You said: ${message.content}`);
  finish();
}

function onRequest({ request_id: id, request }) {
  if (request.subtype === 'initialize')
    return answer(id, {
      response: { session_state: pending.length > 0 ? 'requires_action' : 'idle' },
      pending_permission_requests: pending,
    });
  answer(id, {});
  if (request.subtype === 'end_session') process.exit(0);
  if (request.subtype !== 'interrupt') return;
  result({ subtype: 'error_during_execution', is_error: true, terminal_reason: 'aborted_streaming' });
  state('idle');
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.type === 'user') onUser(message);
  if (message.type === 'control_request') onRequest(message);
  if (message.type === 'control_response') {
    say(`Heard: ${message.response.error ?? message.response.response.behavior}`);
    if (pending.length > 0) state('idle');
    else finish();
    pending = [];
  }
}
