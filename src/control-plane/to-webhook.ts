import { z } from 'zod';
import type { WebhookEvent, WebhookRepo } from '../contract/monolith.ts';
import type { Repo } from '../contract/repos.ts';
import type { AgentRequest } from '../contract/requests.ts';
import { budgetBrief } from '../contract/budget-brief.ts';
import { askedBrief, toLine } from '../contract/tool-brief.ts';
import type { WebhookLine } from './webhook-lines.ts';

interface Workspace {
  workspaceId: string;
  repos: () => Promise<readonly Repo[]>;
  /** The title of a chat; null when there is no such chat. */
  titleOf: (chatId: string) => string | null;
}

/**
 * What the control plane is told of a line: the event as it is, after a turn with the repositories as they are now, and of
 * a request with what a notification says of it.
 */
export async function toWebhook(
  line: WebhookLine,
  { workspaceId, repos, titleOf }: Workspace,
): Promise<WebhookEvent> {
  const { record: _, end: __, ...event } = line;
  if (event.type === 'chat.request.opened') {
    const { chatId, request } = event.payload;
    const payload = { ...event.payload, title: titleOf(chatId), summary: summaryOf(request) };
    return { ...event, payload, workspaceId };
  }
  if (event.type !== 'chat.turn.completed') return { ...event, workspaceId };
  const payload = { ...event.payload, repos: (await repos()).map(toWebhookRepo) };
  return { ...event, payload, workspaceId };
}

/** What is waited for, in one line. */
function summaryOf(request: AgentRequest): string {
  const { kind, questions = [], plan = '' } = request;
  if (kind === 'budget') return budgetBrief(request);
  const [question] = QuestionsSchema.parse(questions);
  const asked = question?.question ?? /\S.*/.exec(plan)?.[0].replace(/^#+\s*/, '');
  return asked === undefined ? askedBrief(request) : toLine(asked);
}

const QuestionsSchema = z.array(z.looseObject({ question: z.string() })).catch([]);

function toWebhookRepo({ name, currentBranch, gitDiff, prUrls }: Repo): WebhookRepo {
  const diff = gitDiff === null ? null : { added: gitDiff.added, removed: gitDiff.removed };
  return { name, branch: currentBranch, gitDiff: diff, prUrls };
}
