import { expect, it } from 'vitest';
import { demoScript, NOTES_END } from '../../src/dev/demo-script.ts';
import type { MessagesRequest } from '../../src/dev/messages-request.ts';
import type { Reply } from '../../src/dev/scripted-steps.ts';

const NOTES = '/home/workspaces/demo/NOTES.md';
const script = demoScript({ repository: '/home/workspaces/demo' });

it('reads the notes and says that it is a stand-in, before anything else', async () => {
  const step = (await script(turn('Buy milk'))) as Reply;
  expect(step.blocks).toEqual([
    { type: 'text', parts: [expect.stringContaining('scripted stand-in')] },
    { type: 'tool_use', name: 'Read', input: { file_path: NOTES } },
  ]);
});

it('adds the message as one line above the end of the notes', async () => {
  const step = (await script(turn('Buy milk\nand bread', { text: 'notes', isError: false }))) as Reply;
  expect(step.blocks).toEqual([
    {
      type: 'tool_use',
      name: 'Edit',
      input: {
        file_path: NOTES,
        old_string: NOTES_END,
        new_string: `- Buy milk and bread\n${NOTES_END}`,
      },
    },
  ]);
});

it('starts the notes anew when they are gone', async () => {
  const step = (await script(turn('Buy milk', { text: 'File does not exist.', isError: true }))) as Reply;
  expect(step.blocks).toEqual([
    {
      type: 'tool_use',
      name: 'Write',
      input: { file_path: NOTES, content: `# Notes\n\n- Buy milk\n${NOTES_END}\n` },
    },
  ]);
});

it('says why when the note could not be written', async () => {
  const read = { text: 'notes', isError: false };
  const step = (await script(turn('Buy milk', read, { text: 'String not found', isError: true }))) as Reply;
  expect(textOf(step)).toBe('The note could not be written: String not found');
});

it('answers a message with "slow" in it by a text with a hundred pauses', async () => {
  const step = (await script(turn('Count down slowly'))) as Reply;
  const [block] = step.blocks;
  expect(block?.type === 'text' ? block.parts.filter((part) => typeof part !== 'string') : []).toHaveLength(
    100,
  );
});

function turn(prompt: string, ...results: { text: string; isError: boolean }[]): MessagesRequest {
  const content = results.map(({ text, isError }) => ({
    type: 'tool_result',
    content: text,
    is_error: isError,
  }));
  return {
    model: 'claude',
    messages: [
      { role: 'user', content: prompt },
      { role: 'user', content },
    ],
  };
}

function textOf({ blocks }: Reply): string {
  return blocks
    .flatMap((block) => (block.type === 'text' ? block.parts : []))
    .filter((part) => typeof part === 'string')
    .join('');
}
