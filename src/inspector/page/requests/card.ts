import type { AgentRequest, AnswerToRequest } from '../../../client/client.ts';

export interface CardProps {
  request: AgentRequest;
  give: (answer: AnswerToRequest) => void;
}
