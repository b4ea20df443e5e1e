/** What agents ask, as text, and what people type, as answers. */
import type { AgentRequest, AnswerToRequest } from '../../client/client.ts';
import { budgetBrief } from '../../contract/budget-brief.ts';
import { questionsOf, type Question } from '../../contract/requests.ts';
import { askedBrief } from '../../contract/tool-brief.ts';
import { markdownStyle } from '../markdown.ts';
import { visible } from '../visible.ts';
import type { Colors } from '../terminal.ts';

/** What the agent wants, in full. */
export function describeRequest(request: AgentRequest, colors: Colors): string {
  const { kind, plan } = request;
  const title = (text: string) => `${colors.yellow('?')} ${colors.bold(visible(text))}\n`;
  if (kind === 'budget') return title(`${budgetBrief(request)}. Raise it by the same amount again?`);
  if (kind === 'plan') return `${title('The plan:')}${markdownStyle(colors).render(plan ?? '')}`;
  if (kind === 'permission') return title(`May it run ${askedBrief(request)}?`);
  return questionsOf(request)
    .map(({ question, options }) => `${title(question)}${options.map(toOption).join('')}`)
    .join('');
}

export function hintOf(request: AgentRequest, given: number): string {
  if (request.kind === 'plan') return 'Carry it out? y, n, or what to change';
  if (request.kind === 'budget') return 'y to raise it, n to stop here';
  if (request.kind === 'permission') {
    const always = request.always ? ` a to always allow ${visible(request.always.title)},` : '';
    return `y, n,${always} or what to do instead`;
  }
  const question = questionsOf(request)[given];
  if (question === undefined) return 'y or n';
  const many = question.multiSelect ? ' (several: 1,3)' : '';
  return `${question.question} A number${many}, or your own words; /deny declines`;
}

/** Gathers what is typed until it is an answer. */
export class AnswerForm {
  readonly request: AgentRequest;
  #isUnclear = false;
  readonly #answers: string[] = [];

  constructor(request: AgentRequest) {
    this.request = request;
  }

  get hint(): string {
    const hint = hintOf(this.request, this.#answers.length);
    return this.#isUnclear ? `That was not sent, the budget is used up. Type ${hint}` : hint;
  }

  /** Null while a question is left, and when a message was typed that nothing can be made of. */
  take(line: string): AnswerToRequest | null {
    const text = line.trim();
    const denial = /^\/deny\b\s*(.*)$/s.exec(text);
    if (denial !== null) return deny(denial[1]);
    this.#isUnclear = this.request.kind === 'budget' && !/^(y|yes|n|no)$/i.test(text);
    if (this.#isUnclear) return null;
    const questions = questionsOf(this.request);
    const question = questions[this.#answers.length];
    if (this.request.always && /^a(lways)?$/i.test(text)) return { decision: 'allow', always: true };
    if (question === undefined) return decide(text);
    this.#answers.push(choose(text, question));
    if (this.#answers.length < questions.length) return null;
    const given = this.#answers.splice(0); // should it not arrive, they are asked again
    const answers = questions.map(({ key }, index) => [key, given[index] ?? '']);
    return { decision: 'allow', answers: Object.fromEntries(answers) };
  }
}

function decide(text: string): AnswerToRequest {
  if (/^y(es)?$/i.test(text)) return { decision: 'allow' };
  return deny(/^n(o)?$/i.test(text) ? '' : text);
}

function deny(reason: string | undefined): AnswerToRequest {
  return { decision: 'deny', ...(reason && { message: reason }) };
}

/** The labels behind the numbers; other words as they are. */
function choose(text: string, { options }: Question): string {
  const labels = text.split(',').map((number) => options[Number(number) - 1]?.label);
  return labels.every((label) => label !== undefined) ? labels.join(', ') : text;
}

function toOption({ label, description }: Question['options'][number], index: number): string {
  return visible(`  ${index + 1}. ${label}${description ? ` - ${description}` : ''}\n`);
}
