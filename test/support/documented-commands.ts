import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = new URL('../..', import.meta.url).pathname;

/** A block of shell commands in a page. */
export interface Commands {
  /** `docs/hooks.md` */
  page: string;
  /** `docs/hooks.md, 1: replicas-engine hooks check .` */
  title: string;
  script: string;
}

/** Every block of shell commands in README.md and below docs/. */
export function documentedCommands(): Commands[] {
  return documentedPages().flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const blocks = [...text.matchAll(/^```(?:sh|bash|shell|console)\n([\s\S]*?)^```$/gm)];
    return blocks.map(([, script = ''], index) => ({
      page,
      title: `${page}, ${index + 1}: ${script.split('\n', 1)[0]}`,
      script,
    }));
  });
}

/** Every page for people, by its path from the root of the project. */
export function documentedPages(): string[] {
  const files = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  const pages = files.filter((file) => file.endsWith('.md')).map((file) => join('docs', file));
  return ['README.md', ...pages.toSorted()];
}
