import { join } from 'node:path';
import { pause } from './gate.ts';
import type { ToolResult } from './messages-request.ts';
import type { Script } from './scripted-model.ts';
import { inPieces, reply, say, useTool, type Step } from './scripted-steps.ts';
import { scriptTurns } from './turn-script.ts';

/** New notes go above this last line of the notes file. */
export const NOTES_END = '<!-- the next note goes above this line -->';

const STAND_IN = 'I am a scripted stand-in for the model; the agent around me and what it does are real.';

/** Pieces and pauses of a slow answer: about 20 seconds in all. */
const SLOW_PIECES = 100;
const SLOW_PAUSE = pause(200);

/**
 * The model of `replicas-engine dev` without an account. Whatever the user says, Claude Code is made to read the
 * notes of the demo repository, to add the message to them and to say so; a message with "slow" in it is answered
 * with a long text instead, so that there is time to interrupt.
 */
export function demoScript({ repository }: { repository: string }): Script {
  const notes = join(repository, 'NOTES.md');
  return scriptTurns((prompt, results) =>
    /\bslow/i.test(prompt) ? answerSlowly() : noteDown(prompt, { notes, results }),
  );
}

interface NoteTaking {
  notes: string;
  results: readonly ToolResult[];
}

function noteDown(prompt: string, { notes, results }: NoteTaking): Step {
  const [read, written] = results;
  if (!read) return openNotes(notes);
  if (!written) return addNote(prompt, { notes, isMissing: read.isError });
  return say(...inPieces(closingText(notes, written), { size: 12, between: pause(30) }));
}

function openNotes(notes: string): Step {
  return reply(
    { type: 'text', parts: [`${STAND_IN} Let me look at the notes first.`] },
    { type: 'tool_use', name: 'Read', input: { file_path: notes } },
  );
}

function addNote(prompt: string, { notes, isMissing }: { notes: string; isMissing: boolean }): Step {
  const note = `- ${prompt.replaceAll(/\s+/g, ' ').trim()}\n`;
  if (isMissing) return useTool('Write', { file_path: notes, content: `# Notes\n\n${note}${NOTES_END}\n` });
  return useTool('Edit', { file_path: notes, old_string: NOTES_END, new_string: `${note}${NOTES_END}` });
}

function closingText(notes: string, written: ToolResult): string {
  if (written.isError) return `The note could not be written: ${written.text}`;
  return `Done: your message stands in ${notes}. Send one with the word "slow" in it and you can interrupt me.`;
}

function answerSlowly(): Step {
  const lines = Array.from({ length: SLOW_PIECES }, (_, index) => `${SLOW_PIECES - index} … `);
  return say(`${STAND_IN} I count down slowly: `, ...lines.flatMap((line) => [line, SLOW_PAUSE]), 'done.');
}
