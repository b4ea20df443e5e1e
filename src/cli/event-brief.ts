import { durationBrief, partOf, sayingsOf, usageBrief, type EngineEvent } from '../client/client.ts';
import { describeFailure } from './show-status.ts';
import { toolBrief, toolResultBrief } from '../contract/tool-brief.ts';
import { visible } from './visible.ts';
import type { Colors } from './terminal.ts';

/** An event in one line: when, what, and what of it matters to a reader. */
export function briefOf(event: EngineEvent, colors: Colors): string {
  const { id, ts, type } = event;
  const time = ts.slice('2026-01-01T'.length, -1);
  const paint = type === 'error' || type === 'hooks.failed' ? colors.red : colors.cyan;
  const facts = visible(factsOf(event).replaceAll(/\s+/g, ' ').trim());
  return `${colors.dim(`${id} ${time}`)} ${paint(type)} ${facts}`.trimEnd();
}

export type TurnEnd = Pick<
  Extract<EngineEvent, { type: 'chat.turn.completed' }>['payload'],
  'outcome' | 'error' | 'durationMs'
>;

export function describeEnd({ outcome, error, durationMs }: TurnEnd, { dim, red, yellow }: Colors): string {
  const paint = { completed: dim, interrupted: yellow, errored: red, lost: red }[outcome];
  const reason = error === undefined ? '' : ` (${error.code})`;
  return paint(`${outcome} after ${durationBrief(durationMs)}${reason}`);
}

function factsOf(event: EngineEvent): string {
  switch (event.type) {
    case 'chat.turn.delta':
      return `${event.payload.chatId} ${speechOf(event)}`;
    case 'chat.turn.partial':
      return `${event.payload.chatId} ${partOf(event.payload.event)?.text ?? ''}`;
    case 'chat.created':
    case 'chat.updated':
      return `${event.payload.chat.id} ${event.payload.chat.state} ${event.payload.chat.title}`;
    case 'chat.turn.completed':
      return join(
        event.payload.chatId,
        event.payload.messageId,
        event.payload.outcome,
        describeFailure(event.payload.error),
      );
    case 'chat.request.opened':
      return join(event.payload.chatId, event.payload.request.kind, event.payload.request.tool);
    case 'chat.task.changed':
      return join(
        event.payload.chatId,
        event.payload.task.kind,
        event.payload.task.state,
        event.payload.task.title,
      );
    case 'chat.turn.progress':
      return join(event.payload.chatId, event.payload.progress.message);
    case 'chat.usage.changed':
      return join(event.payload.chatId, usageBrief(event.payload.usage).join(', '));
    case 'repo.discovered':
    case 'repo.status.changed':
      return event.payload.repos.map(({ name, currentBranch }) => `${name}@${currentBranch}`).join(' ');
    case 'plan.changed':
      return `${event.payload.plan.filename} ${event.payload.change}`;
    case 'canvas.changed':
      return `${event.payload.item.filename} ${event.payload.change}`;
    case 'preview.changed':
      return event.payload.previews.map(({ port, command }) => `${port} ${command}`).join(', ');
    case 'error':
      return `${event.payload.code}: ${event.payload.message}`;
    default:
      return plainFacts(event.payload);
  }
}

function speechOf({ payload }: Extract<EngineEvent, { type: 'chat.turn.delta' }>): string {
  const sayings = sayingsOf(payload.event).map((saying) => {
    if (saying.kind === 'tool') return `[${toolBrief(saying)}]`;
    if (saying.kind === 'result') return `[${toolResultBrief(saying)}]`;
    return `${saying.kind}: ${saying.text}`;
  });
  return sayings.length === 0 ? payload.event.type : sayings.join(' ');
}

/** What is said without a structure: names and numbers. */
function plainFacts(payload: object): string {
  const facts = Object.values(payload).flatMap((value: unknown) => {
    if (typeof value === 'string') return [value];
    return typeof value === 'boolean' || value === undefined ? [] : [JSON.stringify(value)];
  });
  const flags = Object.entries(payload).filter(([, value]) => value === true);
  return join(...facts, ...flags.map(([name]) => name));
}

function join(...facts: readonly (string | undefined)[]): string {
  return facts.filter(Boolean).join(' ');
}
