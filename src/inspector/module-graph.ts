import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface ModuleGraphOptions {
  /** The first module, a file. */
  entry: string;
  /** Packages that modules may import, with the file that is meant by each specifier. */
  packages: Readonly<Record<string, string>>;
  /** Modules that are served empty. */
  empty: readonly RegExp[];
}

/** What a static `import` or `export … from` names. */
const SPECIFIER = /(\b(?:from|import)\s*)(["'])([^"'\n]+)\2/g;

/**
 * Everything a page needs of ES modules, as a browser can load it without a bundler: each reachable module by a name of
 * its own, its imports pointing to the names of others. Nothing else is served, so nothing else can be asked for.
 */
export function readModuleGraph({ entry, packages, empty }: ModuleGraphOptions): Map<string, string> {
  const modules = new Map<string, string>();
  const pending = [entry];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    const name = nameOf(file);
    if (modules.has(name)) continue;
    modules.set(name, '');
    if (empty.some((pattern) => pattern.test(name))) continue;
    const { code, imports } = link(file, packages);
    modules.set(name, code);
    pending.push(...imports);
  }
  return modules;
}

/** A file as one segment of a URL. */
export function nameOf(file: string): string {
  const [, below = basename(file)] = /.*(?:\/node_modules\/|\/dist\/src\/)(.+)$/.exec(file) ?? [];
  return below.replaceAll(/[^\w.-]+/g, '.');
}

function link(file: string, packages: ModuleGraphOptions['packages']): { code: string; imports: string[] } {
  const imports: string[] = [];
  const text = readFileSync(file, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
  const code = text.replaceAll(SPECIFIER, (whole, keyword: string, quote: string, specifier: string) => {
    const target = specifier.startsWith('.') ? join(dirname(file), specifier) : packages[specifier];
    if (target === undefined) return whole;
    imports.push(target);
    return `${keyword}${quote}./${nameOf(target)}${quote}`;
  });
  return { code, imports };
}
