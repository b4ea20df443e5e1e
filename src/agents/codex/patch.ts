/** The changes of a file change item, written as the patch that Codex's `apply_patch` takes. */
import { z } from 'zod';

const ChangesSchema = z
  .array(
    z.looseObject({
      path: z.string(),
      kind: z.looseObject({ type: z.string(), move_path: z.string().nullish() }),
      diff: z.string().catch(''),
    }),
  )
  .catch([]);

type Change = z.infer<typeof ChangesSchema>[number];

export function toPatch(changes: unknown): string {
  const sections = ChangesSchema.parse(changes).map(sectionOf);
  return ['*** Begin Patch', ...sections, '*** End Patch'].join('\n');
}

function sectionOf({ path, kind, diff }: Change): string {
  if (kind.type === 'delete') return `*** Delete File: ${path}`;
  if (kind.type === 'add')
    return [`*** Add File: ${path}`, ...linesOf(diff).map((line) => `+${line}`)].join('\n');
  const { move_path: movedTo } = kind;
  const move = movedTo ? [`*** Move to: ${movedTo}`] : [];
  return [`*** Update File: ${path}`, ...move, ...linesOf(withoutMoveNote(diff))].join('\n');
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

/** Codex ends the diff of a moved file with a note to people. */
function withoutMoveNote(diff: string): string {
  return diff.replace(/\n\nMoved to: [^\n]*$/, '');
}
