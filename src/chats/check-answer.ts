import type { ChatSummary } from '../contract/chats.ts';
import type { AgentRequest, Answer } from '../contract/requests.ts';
import { EngineError } from '../errors.ts';

/** @throws {EngineError} `UNSUPPORTED` when it would hold for longer than the agent offers. */
export function checkAnswer(
  { decision, always = false }: Answer,
  request: AgentRequest,
  { provider }: Pick<ChatSummary, 'provider'>,
): void {
  if (!always || (decision === 'allow' && request.always !== undefined)) return;
  const remedy = 'answer without `always`';
  throw new EngineError('UNSUPPORTED', { provider, feature: 'a lasting answer to this request', remedy });
}
