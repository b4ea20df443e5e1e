import type { ChatEmitted } from '../../machines/chat.events.ts';
import type { AgentCommand } from '../../src/contract/facts.ts';

/** What a chat said, one short line each, as a person watching it would tell it. */
export function storyOf(emitted: readonly ChatEmitted[]): string[] {
  return emitted.map(lineOf);
}

/** What the agent was told, one short line each. */
export function ordersOf(commands: readonly AgentCommand[]): string[] {
  return commands.map(orderOf);
}

function lineOf(event: ChatEmitted): string {
  switch (event.type) {
    case 'chat.created':
      return 'created';
    case 'chat.turn.accepted':
      return `accepted ${event.payload.messageId} at ${event.payload.position}`;
    case 'chat.turn.started':
      return `started ${event.payload.messageId}`;
    case 'chat.said':
      return `said ${event.payload.messageId}`;
    case 'chat.turn.progress':
      return `progress ${event.payload.messageId} ${event.payload.progress.kind}`;
    case 'chat.usage.changed':
      return `spent in ${event.payload.messageId}`;
    case 'chat.turn.completed':
      return `completed ${event.payload.messageId} ${event.payload.outcome}`;
    case 'chat.interrupted':
      return `interrupted, waiting: ${event.payload.queue.join(' ') || 'none'}`;
    case 'chat.message.dropped':
      return `dropped ${event.payload.messageId} ${event.payload.reason}`;
    case 'chat.request.opened':
      return `opened ${event.payload.request.id} of ${event.payload.messageId}`;
    case 'chat.request.closed':
      return `closed ${event.payload.requestId} ${event.payload.outcome}`;
    case 'chat.task.changed':
      return `task ${event.payload.task.id} ${event.payload.task.state}`;
    case 'chat.updated':
      return `noted ${Object.keys(event.record).join(' ')}`;
    case 'chat.deleted':
      return 'deleted';
  }
}

function orderOf(command: AgentCommand): string {
  const verb = command.type.slice('agent.'.length);
  if ('message' in command) return `${verb} ${command.message.messageId}`;
  if ('taskId' in command) return `${verb} ${command.taskId}`;
  return 'request' in command ? `${verb} ${command.request.id} ${command.answer.decision}` : verb;
}
