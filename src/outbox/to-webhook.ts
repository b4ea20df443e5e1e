import type { WebhookEvent, WebhookRepo } from '../contract/monolith.ts';
import type { Repo } from '../contract/repos.ts';
import type { WebhookLine } from './webhook-lines.ts';

/** What the control plane is told of a line: the event as it is, and after a turn the repositories as they are now. */
export async function toWebhook(
  line: WebhookLine,
  { workspaceId, repos }: { workspaceId: string; repos: () => Promise<readonly Repo[]> },
): Promise<WebhookEvent> {
  const { record: _, end: __, ...event } = line;
  if (event.type !== 'chat.turn.completed') return { ...event, workspaceId };
  const payload = { ...event.payload, repos: (await repos()).map(toWebhookRepo) };
  return { ...event, payload, workspaceId };
}

function toWebhookRepo({ name, currentBranch, gitDiff, prUrls }: Repo): WebhookRepo {
  const diff = gitDiff === null ? null : { added: gitDiff.added, removed: gitDiff.removed };
  return { name, branch: currentBranch, gitDiff: diff, prUrls };
}
