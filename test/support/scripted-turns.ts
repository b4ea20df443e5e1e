import type { Gate } from './gate.ts';
import { promptsOf, type MessagesRequest, type ToolResult } from '../../src/dev/messages-request.ts';
import type { Script } from '../../src/dev/scripted-model.ts';
import { inPieces, say, useTool, type Step } from '../../src/dev/scripted-steps.ts';
import { scriptTurns, type Turn } from '../../src/dev/turn-script.ts';
import { ENDLESS_COMMAND } from './agent-processes.ts';

/** Answers with what was said. */
export const echo: Turn = (prompt) => say(`You said: ${prompt}`);

/** Each prompt goes to the turn whose key it contains, the longest such key first; any other is echoed. */
export function byPrompt(turns: Readonly<Record<string, Turn>>): Script {
  return scriptTurns(turnByPrompt(turns));
}

/** Like `byPrompt`, for any agent. */
export function turnByPrompt(turns: Readonly<Record<string, Turn>>): Turn {
  const keys = Object.keys(turns).toSorted((one, other) => other.length - one.length);
  return (prompt, results) => {
    const key = keys.find((candidate) => prompt.includes(candidate));
    return (key === undefined ? echo : turns[key]!)(prompt, results);
  };
}

/** One step after another: as many tools as there are steps before the last. */
export function inSteps(...steps: readonly Step[]): Turn {
  return (_prompt, results) => steps[Math.min(results.length, steps.length - 1)]!;
}

/** Writes a file with Claude Code's own tool, then says "Written." */
export function writesFile(path: string, content: string): Turn {
  return inSteps(useTool('Write', { file_path: path, content }), say('Written.'));
}

/** Runs a command that never ends by itself, then says "Ran." */
export function runsForever(): Turn {
  return inSteps(useTool('Bash', { command: ENDLESS_COMMAND }), say('Ran.'));
}

/** Runs a shell command, then says "Ran: " and what came of it. */
export function runs(command: string): Turn {
  return (_prompt, [result]: readonly ToolResult[]) =>
    result ? say(`Ran: ${result.text}`) : useTool('Bash', { command });
}

/** Says `before`, waits for the gate, says `after`. */
export function saysAround(gate: Gate, { before = 'before ', after = 'after' } = {}): Turn {
  return () => say(before, gate, after);
}

/** Text of `bytes` letters in which every place is recognizable, streamed in pieces of 32 KiB. */
export function saysALot(bytes: number): Turn {
  return () => say(...inPieces(longText(bytes), { size: 32_768 }));
}

export function longText(bytes: number): string {
  const lines = Array.from(
    { length: Math.ceil(bytes / 10) },
    (_, index) => `${String(index).padStart(9, '0')}\n`,
  );
  return lines.join('').slice(0, bytes);
}

/** What the user said in this conversation; where Claude Code merges two messages it ends the first with a newline. */
export function saidIn(request: MessagesRequest): string[] {
  return promptsOf(request).map((prompt) => prompt.trimEnd());
}
