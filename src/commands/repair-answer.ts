import type { Answer } from '../contract/requests.ts';
import { repairText } from './repair-text.ts';

/** An answer whose texts can be stored and given to an agent. The keys of `answers` are the agent's own. */
export function repairAnswer(answer: Answer): Answer {
  const { message, answers, plan } = answer;
  return {
    ...answer,
    ...(message === undefined ? {} : { message: repairText(message) }),
    ...(answers === undefined ? {} : { answers: repairValues(answers) }),
    ...(plan === undefined ? {} : { plan: repairText(plan) }),
  };
}

function repairValues(answers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(answers).map(([question, text]) => [question, repairText(text)]));
}
