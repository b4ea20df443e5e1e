import { common, createLowlight } from 'lowlight';

/** A piece of code: plain, or with the classes of its colour. */
export type Highlighted = string | { classes: string; children: readonly Highlighted[] };

/** Null for a language that is not known. */
export type Highlighter = (text: string, language: string) => readonly Highlighted[] | null;

const lowlight = createLowlight(common);

export const highlight: Highlighter = (text, language) => {
  const [name = ''] = language.toLowerCase().split(/\s/);
  return lowlight.registered(name) ? toPieces(lowlight.highlight(name, text).children) : null;
};

type Nodes = ReturnType<typeof lowlight.highlight>['children'];

function toPieces(nodes: Nodes): Highlighted[] {
  return nodes.flatMap((node): Highlighted[] => {
    if (node.type === 'text') return [node.value];
    if (node.type !== 'element') return [];
    return [{ classes: classesOf(node.properties['className']), children: toPieces(node.children) }];
  });
}

function classesOf(names: unknown): string {
  return Array.isArray(names) ? names.join(' ') : '';
}
