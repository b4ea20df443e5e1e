import type { AgentEvent } from '../../../client/client.ts';
import { isRecord, textOf } from './items.ts';

/** The words that a piece of output adds to what an agent writes; thoughts and arguments of tools are left out. */
export function partialText({ type, payload }: AgentEvent): string {
  if (type === 'claude-stream_event') {
    const delta = isRecord(payload['event']) ? payload['event']['delta'] : undefined;
    return isRecord(delta) && delta['type'] === 'text_delta' ? String(delta['text']) : '';
  }
  if (type === 'acp-agent_message_chunk') return textOf(payload['content']);
  const isWords =
    payload['type'] === 'agent_message_delta' || payload['type'] === 'agent_message_content_delta';
  return isWords && typeof payload['delta'] === 'string' ? payload['delta'] : '';
}
