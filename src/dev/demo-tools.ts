import { useTool, type Reply } from './scripted-steps.ts';

/** How an agent is made to work on the notes of the demo repository, each with tools of its own. */
export interface NoteTools {
  read: (file: string) => Reply;
  /** Writes the file anew. */
  create: (file: string, lines: readonly string[]) => Reply;
  /** Inserts a line above another one, which is in the file once. */
  insert: (file: string, place: { line: string; above: string }) => Reply;
}

export const CLAUDE_TOOLS: NoteTools = {
  read: (file) => useTool('Read', { file_path: file }),
  create: (file, lines) => useTool('Write', { file_path: file, content: lines.map(ended).join('') }),
  insert: (file, { line, above }) =>
    useTool('Edit', { file_path: file, old_string: above, new_string: `${line}\n${above}` }),
};

export const CODEX_TOOLS: NoteTools = {
  read: (file) => useTool('exec_command', { cmd: `cat ${quoted(file)}` }),
  create: (file, lines) => patch(`Add File: ${file}`, lines.map(added)),
  insert: (file, { line, above }) => patch(`Update File: ${file}`, ['@@', added(line), ` ${above}`]),
};

function patch(action: string, lines: readonly string[]): Reply {
  return useTool('apply_patch', {
    input: ['*** Begin Patch', `*** ${action}`, ...lines, '*** End Patch'].join('\n'),
  });
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
