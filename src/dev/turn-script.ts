import { latestPrompt, resultsSincePrompt, type ToolResult } from './messages-request.ts';
import type { Script } from './scripted-model.ts';
import type { Step } from './scripted-steps.ts';

/**
 * What the model does in a turn after `results`, the tool results it has got so far for `prompt`. `isPlanning` where the agent says
 * so beforehand.
 */
export type Turn = (
  prompt: string,
  results: readonly ToolResult[],
  isPlanning?: boolean,
) => Step | Promise<Step>;

/** A script that goes by the user's latest message and the tool results since. */
export function scriptTurns(turn: Turn): Script {
  return (request) => turn(latestPrompt(request), resultsSincePrompt(request));
}
