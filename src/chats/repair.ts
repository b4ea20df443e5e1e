import type { Answer } from '../contract/requests.ts';

/** Lone surrogates and NUL would poison an agent's transcript for ever, and no command line can hold NUL. */
export function repairText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** An answer whose texts can be stored and given to an agent. The keys of `answers` are the agent's own. */
export function repairAnswer(answer: Answer): Answer {
  const { message, answers, plan } = answer;
  const repaired = Object.entries(answers ?? {}).map(([question, text]) => [question, repairText(text)]);
  return {
    ...answer,
    ...(message === undefined ? {} : { message: repairText(message) }),
    ...(answers === undefined ? {} : { answers: Object.fromEntries(repaired) }),
    ...(plan === undefined ? {} : { plan: repairText(plan) }),
  };
}
