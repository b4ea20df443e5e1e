import { say, useTool, type Reply } from './scripted-steps.ts';

/** How an agent is made to do something, each with tools of its own. */
export interface AgentTools {
  run: (command: string) => Reply;
  /** Runs a command that goes on beside the turn. */
  leave: (command: string) => Reply;
  plan: (text: string) => Reply;
  ask: (question: object) => Reply;
  /** A to-do list of which the first so many are done. */
  list: (steps: readonly string[], done: number) => Reply;
  read: (file: string) => Reply;
  /** Has a sub-agent do something. */
  delegate: (task: string) => Reply;
  /** Writes the file anew. */
  create: (file: string, lines: readonly string[]) => Reply;
  /** Inserts a line above another one, which is in the file once. */
  insert: (file: string, place: { line: string; above: string }) => Reply;
}

export const CLAUDE_TOOLS: AgentTools = {
  run: (command) => useTool('Bash', { command }),
  leave: (command) => useTool('Bash', { command, run_in_background: true }),
  plan: (plan) => useTool('ExitPlanMode', { plan }),
  ask: (question) => useTool('AskUserQuestion', { questions: [question] }),
  list: (steps, done) =>
    useTool('TodoWrite', {
      todos: steps.map((content, index) => ({
        content,
        activeForm: content,
        status: statusOf(index, done),
      })),
    }),
  read: (file) => useTool('Read', { file_path: file }),
  delegate: (prompt) =>
    useTool('Agent', { description: 'An errand', prompt, subagent_type: 'general-purpose' }),
  create: (file, lines) => useTool('Write', { file_path: file, content: lines.map(ended).join('') }),
  insert: (file, { line, above }) =>
    useTool('Edit', { file_path: file, old_string: above, new_string: `${line}\n${above}` }),
};

export const CODEX_TOOLS: AgentTools = {
  run: (command) => useTool('exec_command', { cmd: command }),
  leave: (command) => useTool('exec_command', { cmd: command, yield_time_ms: 250 }),
  plan: (text) => say(`<proposed_plan>\n${text}\n</proposed_plan>`),
  ask: (question) => useTool('request_user_input', { questions: [{ id: 'greeting', ...question }] }),
  list: (steps, done) =>
    useTool('update_plan', {
      plan: steps.map((step, index) => ({ step, status: statusOf(index, done) })),
    }),
  read: (file) => useTool('exec_command', { cmd: `cat ${quoted(file)}` }),
  delegate: () => say('Codex works alone in this demo. Try it with Claude Code.'),
  create: (file, lines) => patch(`Add File: ${file}`, lines.map(added)),
  insert: (file, { line, above }) => patch(`Update File: ${file}`, ['@@', added(line), ` ${above}`]),
};

function patch(action: string, lines: readonly string[]): Reply {
  return useTool('apply_patch', {
    input: ['*** Begin Patch', `*** ${action}`, ...lines, '*** End Patch'].join('\n'),
  });
}

function statusOf(index: number, done: number): string {
  if (index < done) return 'completed';
  return index === done ? 'in_progress' : 'pending';
}

function added(line: string): string {
  return `+${line}`;
}

function ended(line: string): string {
  return `${line}\n`;
}

function quoted(file: string): string {
  return `'${file.replaceAll("'", String.raw`'\''`)}'`;
}
