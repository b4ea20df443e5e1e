import type { AgentRequest } from './requests.ts';

const UNITS = { usd: 'dollars', tokens: 'tokens', turns: 'turns' } as const;

/** What is used up, in one line. */
export function budgetBrief({
  scope,
  budget = {},
  used = { usd: 0, tokens: 0, turns: 0 },
}: Pick<AgentRequest, 'scope' | 'budget' | 'used'>): string {
  const names = ['usd', 'tokens', 'turns'] as const;
  const reached = names.filter((name) => used[name] >= (budget[name] ?? Infinity));
  const parts = reached.map((name) => `${used[name]} of ${budget[name]} ${UNITS[name]}`);
  return `The budget${scope === 'workspace' ? ' of the workspace' : ''} is used up: ${parts.join(', ')}`;
}
