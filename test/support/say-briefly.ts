import { sayingsOf } from '../../src/agents/say.ts';
import type { AgentEvent } from '../../src/contract/agent-event.ts';

const CHARACTERS = 60;

/** What events say, a line each, as far as it goes. */
export function sayBriefly(events: readonly AgentEvent[]): string[] {
  return events.flatMap(sayingsOf).map((saying) => {
    if (saying.kind === 'tool') return cut(`tool ${saying.id}: ${saying.name} ${saying.subject}`);
    if (saying.kind === 'result')
      return cut(`${saying.isError ? 'failed' : 'result'} ${saying.toolId}: ${saying.text}`);
    return cut(`${saying.kind}: ${saying.text}`);
  });
}

function cut(text: string): string {
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text;
}
