import { join } from 'node:path';
import type { AgentTools } from './demo-tools.ts';
import type { ToolResult } from './messages-request.ts';
import { say, type Step } from './scripted-steps.ts';

export interface Stage {
  /** The folder of the demo repository. */
  repository: string;
  tools: AgentTools;
}

interface Scene {
  /** What the message speaks of. */
  about: RegExp;
  /** What the agent is made to do, one step after the result of the other. */
  steps: (stage: Stage) => readonly Step[];
  close: string | ((results: readonly ToolResult[]) => string);
}

const PLAN = `# Tidy up the notes

1. Read \`NOTES.md\`.
2. Group the notes by what they are about.
3. Add a table of contents.

| Step | Risk |
| ---- | ---- |
| 1    | none |
| 2, 3 | small: only the order changes |`;

const MARKDOWN = `## A table and some code

| Agent       | Speaks          |
| :---------- | :-------------- |
| Claude Code | stream-json     |
| Codex       | \`app-server\` |

\`\`\`ts
/** Greets whoever is there. */
export function greet(name: string): string {
  return \`Hello, \${name}!\`;
}
\`\`\`

> Links lead to the web only: [XState](https://stately.ai/docs).`;

const QUESTION = {
  question: 'How would you like to be greeted?',
  header: 'Greeting',
  multiSelect: false,
  options: [
    { label: 'Warmly', description: 'With an exclamation mark.' },
    { label: 'Formally', description: 'With a comma.' },
    { label: 'Not at all', description: 'Silence is golden.' },
  ],
};

/** What can be tried, each by a word in the message. */
const SCENES: readonly Scene[] = [
  { about: /\bplan\b/i, steps: ({ tools }) => [tools.plan(PLAN)], close: ([answer]) => outcomeOf(answer) },
  {
    about: /\bquestion\b/i,
    steps: ({ tools }) => [tools.ask(QUESTION)],
    close: ([answer]) => answer?.text ?? '',
  },
  {
    about: /\bto-do\b/i,
    steps: ({ tools }) => [0, 1, 2, 3].map((done) => tools.list(['Look', 'Think', 'Tell'], done)),
    close: 'All three steps are done.',
  },
  {
    about: /\btwo files\b/i,
    steps: ({ repository, tools }) => [
      tools.create(join(repository, 'GREETING.md'), ['# Greeting', '', 'Hello!']),
      tools.create(join(repository, 'FAREWELL.md'), ['# Farewell', '', 'Goodbye!']),
    ],
    close: 'Two files changed. The tab *Repositories* shows their diff.',
  },
  {
    about: /\blong output\b/i,
    steps: ({ tools }) => [tools.run('seq 1 2000')],
    close: 'The command printed two thousand lines.',
  },
  {
    about: /\bbackground\b/i,
    steps: ({ tools }) => [tools.leave('for tick in $(seq 1 120); do echo "tick $tick"; sleep 1; done')],
    close: 'It ticks in the background for two minutes, or until you stop it.',
  },
  {
    about: /\bsub-agent\b/i,
    steps: ({ tools }) => [tools.delegate('Note that an errand was run.')],
    close: 'The errand is run. What was done on it stands below its call.',
  },
  {
    about: /\bpicture\b/i,
    steps: () => [],
    close: 'I got your picture. A real model would say what it sees.',
  },
  { about: /\bmarkdown\b/i, steps: () => [], close: MARKDOWN },
];

/** The step of a scene that the message speaks of; null when it speaks of none. */
export function playScene(stage: Stage, prompt: string, results: readonly ToolResult[]): Step | null {
  const scene = SCENES.find(({ about }) => about.test(prompt));
  if (scene === undefined) return null;
  const { close } = scene;
  return scene.steps(stage)[results.length] ?? say(typeof close === 'string' ? close : close(results));
}

export const CARRIED_OUT = 'The plan is carried out.';
export const MISPLACED =
  'A plan is made in plan mode: choose *Plan* on the page, or write `/plan` in front of the message.';

function outcomeOf(answer: ToolResult | undefined): string {
  if (answer?.isError !== true) return CARRIED_OUT;
  if (/not in plan mode/i.test(answer.text)) return MISPLACED;
  return `Not this plan, then. ${answer.text}`;
}
