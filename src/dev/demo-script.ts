import { join } from 'node:path';
import type { NoteTools } from './demo-tools.ts';
import { pause } from './gate.ts';
import type { ToolResult } from './messages-request.ts';
import { inPieces, reply, say, type Reply, type Step } from './scripted-steps.ts';
import type { Turn } from './turn-script.ts';

/** New notes go above this last line of the notes file. */
export const NOTES_END = '<!-- the next note goes above this line -->';

const STAND_IN = 'I am a scripted stand-in for the model; the agent around me and what it does are real.';

/** Pieces and pauses of a slow answer: about 20 seconds in all. */
const SLOW_PIECES = 100;
const SLOW_PAUSE = pause(200);

/**
 * The model of `replicas-engine dev` without an account. Whatever the user says, the agent is made to read the notes of
 * the demo repository, to add the message to them and to say so; a message with "slow" in it is answered with a long
 * text instead, so that there is time to interrupt.
 */
export function demoTurn({ repository, tools }: { repository: string; tools: NoteTools }): Turn {
  const notes = join(repository, 'NOTES.md');
  return (prompt, results) =>
    /\bslow/i.test(prompt) ? answerSlowly() : noteDown(prompt, { notes, tools, results });
}

interface NoteTaking {
  notes: string;
  tools: NoteTools;
  results: readonly ToolResult[];
}

function noteDown(prompt: string, { notes, tools, results }: NoteTaking): Step {
  const [read, written] = results;
  if (!read) return openNotes(tools.read(notes));
  if (written) return say(...inPieces(closingText(notes, written), { size: 12, between: pause(30) }));
  const line = `- ${prompt.replaceAll(/\s+/g, ' ').trim()}`;
  if (read.isError) return tools.create(notes, ['# Notes', '', line, NOTES_END]);
  return tools.insert(notes, { line, above: NOTES_END });
}

function openNotes({ blocks }: Reply): Step {
  return reply({ type: 'text', parts: [`${STAND_IN} Let me look at the notes first.`] }, ...blocks);
}

function closingText(notes: string, written: ToolResult): string {
  if (written.isError) return `The note could not be written: ${written.text}`;
  return `Done: your message stands in ${notes}. Send one with the word "slow" in it and you can interrupt me.`;
}

function answerSlowly(): Step {
  const lines = Array.from({ length: SLOW_PIECES }, (_, index) => `${SLOW_PIECES - index} … `);
  return say(`${STAND_IN} I count down slowly: `, ...lines.flatMap((line) => [line, SLOW_PAUSE]), 'done.');
}
