import { describe, expect, it } from 'vitest';
import { demoTurn, NOTES_END } from '../../src/dev/demo-script.ts';
import { CLAUDE_TOOLS, CODEX_TOOLS } from '../../src/dev/demo-tools.ts';
import type { ToolResult } from '../../src/dev/messages-request.ts';
import type { Reply } from '../../src/dev/scripted-steps.ts';

const REPOSITORY = "/home/it's me/workspaces/demo";
const NOTES = `${REPOSITORY}/NOTES.md`;
const READ = { text: 'notes', isError: false };
const MISSING = { text: 'File does not exist.', isError: true };

const agents = {
  'Claude Code': {
    tools: CLAUDE_TOOLS,
    read: { name: 'Read', input: { file_path: NOTES } },
    added: {
      name: 'Edit',
      input: { file_path: NOTES, old_string: NOTES_END, new_string: `- Buy milk and bread\n${NOTES_END}` },
    },
    begun: {
      name: 'Write',
      input: { file_path: NOTES, content: `# Notes\n\n- Buy milk\n${NOTES_END}\n` },
    },
  },
  Codex: {
    tools: CODEX_TOOLS,
    read: {
      name: 'exec_command',
      input: { cmd: String.raw`cat '/home/it'\''s me/workspaces/demo/NOTES.md'` },
    },
    added: patch(`Update File: ${NOTES}`, '@@', '+- Buy milk and bread', ` ${NOTES_END}`),
    begun: patch(`Add File: ${NOTES}`, '+# Notes', '+', '+- Buy milk', `+${NOTES_END}`),
  },
};

describe.each(Object.entries(agents))('the demo with %s', (_, { tools, read, added, begun }) => {
  const answer = async (prompt: string, ...results: ToolResult[]) =>
    (await demoTurn({ repository: REPOSITORY, tools })(prompt, results)) as Reply;

  it('reads the notes and says that it is a stand-in, before anything else', async () => {
    expect((await answer('Buy milk')).blocks).toEqual([
      { type: 'text', parts: [expect.stringContaining('scripted stand-in')] },
      { type: 'tool_use', ...read },
    ]);
  });

  it('adds the message as one line above the end of the notes', async () => {
    expect((await answer('Buy milk\nand bread', READ)).blocks).toEqual([{ type: 'tool_use', ...added }]);
  });

  it('starts the notes anew when they are gone', async () => {
    expect((await answer('Buy milk', MISSING)).blocks).toEqual([{ type: 'tool_use', ...begun }]);
  });

  it('says why when the note could not be written', async () => {
    const failed = { text: 'String not found', isError: true };
    expect(textOf(await answer('Buy milk', READ, failed))).toBe(
      'The note could not be written: String not found',
    );
  });

  it('proposes a plan where nothing may be changed before, and says where plans are made', async () => {
    const refused = { text: 'Plan mode: nothing may be changed before the plan is approved.', isError: true };
    const approved = { text: 'Approved.', isError: false };
    const misplaced = { text: 'You are not in plan mode.', isError: true };

    expect(await answer('Buy milk', READ, refused)).toEqual(await answer('a plan'));
    expect(textOf(await answer('Buy milk', READ, refused, approved))).toBe('The plan is carried out.');
    expect(textOf(await answer('Make a plan', misplaced))).toContain('/plan');
  });

  it('plans where the agent says beforehand that it is to, and nowhere else', async () => {
    const turn = demoTurn({ repository: REPOSITORY, tools });
    const plan = await answer('Make a plan');

    expect([await turn('Make a plan', [], true), await turn('Buy milk', [], true)]).toEqual([plan, plan]);
    expect(textOf((await turn('Make a plan', [], false)) as Reply)).toContain('/plan');
    expect(textOf((await turn('Implement the plan.', [], false)) as Reply)).toBe('The plan is carried out.');
  });

  it('answers a message with "slow" in it by a text with a hundred pauses', async () => {
    const [block] = (await answer('Count down slowly')).blocks;
    const parts = block?.type === 'text' ? block.parts : [];
    expect(parts.filter((part) => typeof part !== 'string')).toHaveLength(100);
  });
});

function patch(...lines: string[]): { name: string; input: object } {
  const input = `*** Begin Patch\n*** ${lines.join('\n')}\n*** End Patch`;
  return { name: 'apply_patch', input: { input } };
}

function textOf({ blocks }: Reply): string {
  return blocks
    .flatMap((block) => (block.type === 'text' ? block.parts : []))
    .filter((part) => typeof part === 'string')
    .join('');
}
