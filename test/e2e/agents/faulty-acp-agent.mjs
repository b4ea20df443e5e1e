#!/usr/bin/env node
// Speaks as much of the Agent Client Protocol as the tests of its faults need. The user's text says what it does; its
// arguments say what it can: `load` or `resume` sessions, `plan`.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const abilities = process.argv.slice(2);
const modes = {
  currentModeId: 'work',
  availableModes: [
    { id: 'work', name: 'Work' },
    { id: 'plan', name: 'Plan' },
  ],
};
let sessionId = '';
let mode = 'work';
let promptId = null;
let asked = 0;
const waiting = new Map();

const print = (frame) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...frame })}\n`);
const answer = (id, result) => print({ id, result });
const refuse = (id, code, message) => print({ id, error: { code, message } });
const update = (kind, values) =>
  print({ method: 'session/update', params: { sessionId, update: { sessionUpdate: kind, ...values } } });
const chunk = (text, kind = 'agent_message_chunk') => update(kind, { content: { type: 'text', text } });
const tool = (status) => update('tool_call', { toolCallId: 'tool-1', title: 'Write', kind: 'edit', status });
const finish = (stopReason = 'end_turn') => answer(promptId, { stopReason });
const remember = (text) => appendFileSync(`${sessionId}.txt`, `${text}\n`);

function ask(method, params) {
  asked += 1;
  print({ id: asked, method, params });
  return new Promise((resolve) => waiting.set(asked, resolve));
}

const askPermission = (kind = 'edit') =>
  ask('session/request_permission', {
    sessionId,
    toolCall: { toolCallId: 'tool-1', title: 'Write', kind },
    options: [
      { optionId: 'always', name: 'Always', kind: 'allow_always' },
      { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
      { optionId: 'no', name: 'No', kind: 'reject_once' },
    ],
  });

const deeds = {
  garbage() {
    process.stdout.write('npm notice: there is a new version\n\n[1, 2]\n"text"\n');
    print({ neither: 'this', nor: 'that' });
    chunk('Still here.');
    finish();
  },
  async strange() {
    const replies = [
      await ask('fs/read_text_file', { sessionId, path: '/etc/hostname' }),
      await ask('_vendor/ask', {}),
    ];
    print({ method: '_vendor/news', params: { text: 'hear, hear' } });
    chunk(replies.map(({ error }) => error?.code).join(' '));
    finish();
  },
  torn() {
    chunk('Whole. ');
    process.stdout.write('{"jsonrpc":"2.0","method":"session/upd\n');
    chunk('After.');
    finish();
  },
  exit() {
    chunk('Begun. ');
    process.stderr.write('it hurts\n');
    process.stdout.write('', () => process.exit(3));
  },
  deaf: () => tool('in_progress'),
  hang: () => chunk('Begun. '),
  async permission() {
    const { result } = await askPermission();
    chunk(result.outcome.optionId ?? result.outcome.outcome);
    finish(result.outcome.outcome === 'cancelled' ? 'cancelled' : 'end_turn');
  },
  async withdrawn() {
    const answered = askPermission();
    print({ method: '$/cancel_request', params: { requestId: asked } });
    void answered;
    chunk('Never mind.');
    finish();
  },
  mode() {
    chunk(mode);
    finish();
  },
  late() {
    finish();
    chunk('By the way.');
  },
  mixed() {
    chunk('Let me ', 'agent_thought_chunk');
    chunk('think.', 'agent_thought_chunk');
    chunk('One ');
    update('usage_update', { used: 1, size: 2 });
    chunk('word.');
    tool('in_progress');
    tool('completed');
    update('flying_update', { height: 3 });
    chunk('Done.');
    finish();
  },
  refuse: () => refuse(promptId, -32_603, 'Internal error: 429 rate limit'),
};

const methods = {
  initialize: (id) =>
    answer(id, {
      protocolVersion: 1,
      agentCapabilities: {
        loadSession: abilities.includes('load'),
        sessionCapabilities: abilities.includes('resume') ? { resume: {} } : {},
      },
    }),
  'session/new'(id) {
    sessionId = `session-${process.pid}`;
    answer(id, { sessionId, ...(abilities.includes('plan') ? { modes } : {}) });
  },
  'session/load'(id, params) {
    sessionId = params.sessionId;
    if (!existsSync(`${sessionId}.txt`)) return refuse(id, -32_002, 'Resource not found');
    for (const text of readFileSync(`${sessionId}.txt`, 'utf8').trim().split('\n')) {
      chunk(text, 'user_message_chunk');
      chunk(`You said: ${text}`);
    }
    answer(id, {});
  },
  'session/resume'(id, params) {
    sessionId = params.sessionId;
    if (existsSync(`${sessionId}.txt`)) answer(id, {});
    else refuse(id, -32_002, 'Resource not found');
  },
  'session/set_mode'(id, params) {
    mode = params.modeId;
    answer(id, {});
  },
  'session/prompt'(id, { prompt }) {
    promptId = id;
    const text = prompt.map((block) => block.text ?? block.uri ?? block.type).join('');
    remember(text);
    const deed = deeds[text];
    if (deed) return deed();
    chunk(`You said: ${text}`);
    finish();
  },
  'session/cancel'() {
    if (waiting.size === 0) finish('cancelled');
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  if (line === '') continue;
  const { id, method, params, ...rest } = JSON.parse(line);
  if (method === undefined) {
    waiting.get(id)?.(rest);
    waiting.delete(id);
  } else if (methods[method]) methods[method](id, params);
  else if (id !== undefined) refuse(id, -32_601, `Method not found: ${method}`);
}
