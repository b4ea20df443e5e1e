import { join } from 'node:path';
import type { AgentTools } from './demo-tools.ts';
import type { ToolResult } from './messages-request.ts';
import { inPieces, pause, reply, say, type Reply, type Step } from './scripted-steps.ts';
import { CARRIED_OUT, MISPLACED, playScene, type Stage } from './tour.ts';
import type { Turn } from './turn-script.ts';

/** New notes go above this last line of the notes file. */
export const NOTES_END = '<!-- the next note goes above this line -->';

const STAND_IN = 'I am a scripted stand-in for the model; the agent around me and what it does are real.';

/** Pieces and pauses of a slow answer: about 20 seconds in all. */
const SLOW_PIECES = 100;
const SLOW_PAUSE = pause(200);

/**
 * The model of `replicas-engine dev` without an account. A message that speaks of something in the tour gets that; one with
 * "slow" in it a long text, so that there is time to interrupt. Whatever else the user says, the agent is made to read the
 * notes of the demo repository, to add the message to them and to say so.
 */
export function demoTurn(stage: Stage): Turn {
  const { repository, tools } = stage;
  const notes = join(repository, 'NOTES.md');
  return (prompt, results, isPlanning) => {
    if (isPlanning === false && prompt.startsWith('Implement the plan')) return say(CARRIED_OUT);
    if (/\bslow/i.test(prompt)) return answerSlowly();
    const here = isPlanning === false ? { ...tools, plan: () => say(MISPLACED) } : tools;
    const mustPlan = results[1]?.text.startsWith('Plan mode') === true;
    const scene = mustPlan
      ? playScene(stage, 'a plan', results.slice(2))
      : playScene({ repository, tools: here }, prompt, results);
    const plan = isPlanning === true ? playScene(stage, 'a plan', results) : null;
    return scene ?? plan ?? noteDown(prompt, { notes, tools, results });
  };
}

interface NoteTaking {
  notes: string;
  tools: AgentTools;
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
