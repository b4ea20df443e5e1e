// An MCP server with one tool, `ask`, which asks the user to fill in a form and says what came back.
import { createInterface } from 'node:readline';

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const properties = {
  name: { type: 'string', description: 'Which name?' },
  count: { type: 'integer', title: 'How many?' },
  sure: { type: 'boolean' },
};
let call;

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'asking', version: '1' },
  }),
  'tools/list': () => ({ tools: [{ name: 'ask', description: 'Asks', inputSchema: { type: 'object' } }] }),
};

function receive({ id, method, params, result }) {
  if (method === 'tools/call') {
    call = id;
    const requestedSchema = { type: 'object', properties, required: ['name'] };
    send({
      id: 'form',
      method: 'elicitation/create',
      params: { message: 'Please fill in', requestedSchema },
    });
  } else if (id === 'form') {
    send({ id: call, result: { content: [{ type: 'text', text: JSON.stringify(result) }] } });
  } else if (id !== undefined) send({ id, result: answers[method]?.(params) ?? {} });
}

for await (const line of createInterface({ input: process.stdin })) receive(JSON.parse(line));
