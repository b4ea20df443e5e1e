/** The name under which the plan of a message is kept: readable, and its own. */
export function planFileName(plan: string, clientId: string): string {
  const title = plan.split('\n').find((line) => /[\p{L}\p{N}]/u.test(line)) ?? '';
  const words = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  const slug = words
    .slice(0, 50)
    .toWellFormed()
    .replaceAll(/^-+|-+$/g, '');
  return `${slug === '' ? 'plan' : slug}-${clientId.slice(0, 8)}.md`;
}
