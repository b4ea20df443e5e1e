import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/**
 * What each part may import besides itself, and does; entries with `type:` only through `import type`. The lower a part, the
 * less it knows.
 */
const MAY_IMPORT: Record<string, string[]> = {
  machines: ['xstate', 'type:src/contract'],
  'src/contract': ['zod'],
  'src/log.ts': ['pino'],
  'src/errors.ts': ['src/contract'],
  'src/limit-heap.ts': ['node:'],
  'src/code-cache.ts': ['node:', 'src/limit-heap.ts', 'src/storage'],
  'src/storage': ['node:', 'unstorage', 'yaml', 'zod', 'src/contract'],
  'src/metrics': ['prom-client', 'machines/chat.usage.ts', 'type:src/contract'],
  'src/environment': ['node:', 'zod', 'src/contract', 'src/errors.ts'],
  'src/processes': ['node:', 'zod', 'src/storage'],
  'src/agents': [
    'node:',
    '@agentclientprotocol/sdk',
    'execa',
    'jose',
    'zod',
    'type:machines',
    'machines/chat.tasks.ts',
    'machines/chat.usage.ts',
    'src/contract',
    'type:src/environment',
    'type:src/log.ts',
    'src/processes',
    'src/storage',
  ],
  // How a dialect reads: for clients and browsers too.
  'src/agents/saying.ts': ['src/contract'],
  'src/agents/say.ts': [
    'src/agents/acp/say.ts',
    'src/agents/claude/say.ts',
    'src/agents/codex/say.ts',
    'src/agents/saying.ts',
    'type:src/contract',
  ],
  'src/agents/claude/say.ts': ['src/agents/saying.ts', 'src/contract'],
  'src/agents/codex/say.ts': ['src/agents/saying.ts', 'src/contract'],
  'src/agents/acp/say.ts': ['src/agents/saying.ts', 'src/contract'],
  'src/journal': [
    'node:',
    'xstate',
    'zod',
    'type:machines',
    'machines/chat.budget.ts',
    'machines/chat.context.ts',
    'machines/chat.ended-turns.ts',
    'machines/chat.record.ts',
    'machines/chat.usage.ts',
    'src/contract',
    'type:src/environment',
    'src/errors.ts',
    'type:src/log.ts',
    'src/storage',
  ],
  'src/workspace': [
    'node:',
    'isomorphic-git',
    'zod',
    'src/contract',
    'type:src/environment',
    'src/errors.ts',
    'src/processes',
    'src/storage',
  ],
  'src/previews': ['node:', 'type:src/contract', 'src/processes'],
  'src/dev': ['node:', 'execa', 'h3', 'zod', 'src/contract', 'src/environment'],
  'src/client': [
    'eventsource-parser',
    'zod',
    'src/agents/say.ts',
    'type:src/agents/saying.ts',
    'src/contract',
  ],
  'src/inspector': [
    'node:',
    '@statelyai/inspect',
    'elkjs',
    'xstate',
    'machines/agent-process.machine.ts',
    'machines/archive.machine.ts',
    'machines/boot.machine.ts',
    'machines/chat.machine.ts',
    'machines/credential.machine.ts',
    'machines/engine.machine.ts',
    'machines/hook.machine.ts',
    'machines/login.machine.ts',
    'machines/mirror.machine.ts',
    'machines/outbox.machine.ts',
    'machines/restore.machine.ts',
    'machines/start-hooks.machine.ts',
    'type:src/contract',
    'src/errors.ts',
    'src/log.ts',
  ],
  // Runs in browsers.
  'src/inspector/page': [
    '@tanstack/virtual-core',
    'elkjs',
    'lowlight',
    'marked',
    'preact',
    'xstate',
    'zod',
    'src/client',
    'src/inspector/charts',
  ],
  'src/control-plane': [
    'node:',
    'cockatiel',
    'zod',
    'type:machines',
    'src/contract',
    'src/journal',
    'src/storage',
  ],
  'src/mirror': [
    'ioredis',
    'node:',
    'xstate',
    'type:machines',
    'type:src/environment',
    'src/contract',
    'src/journal',
    'type:src/log.ts',
  ],
  'src/archive': [
    'node:',
    'aws4fetch',
    'cockatiel',
    'zod',
    'type:machines',
    'src/contract',
    'type:src/environment',
    'src/storage',
    'src/workspace',
  ],
  'src/restore': [
    'node:',
    'xstate',
    'zod',
    'type:machines',
    'src/archive',
    'src/contract',
    'src/environment',
    'src/journal',
    'type:src/mirror',
    'src/storage',
    'type:src/workspace',
  ],
  'src/tracing': [
    'node:',
    '@opentelemetry/api',
    '@opentelemetry/exporter-trace-otlp-http',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-trace-base',
    'src/agents/model-vendor.ts',
    'src/agents/say.ts',
    'type:src/agents/saying.ts',
    'type:src/contract',
    'src/journal',
    'type:src/log.ts',
  ],
  'src/fleet': ['node:', 'type:src/contract', 'src/environment', 'src/mirror'],
  'src/chats': [
    'node:',
    'xstate',
    'type:machines',
    'machines/agent-process.machine.ts',
    'machines/chat.context.ts',
    'machines/chat.record.ts',
    'type:src/agents',
    'src/contract',
    'src/errors.ts',
    'src/journal',
    'src/storage',
  ],
  'src/credentials': [
    'node:',
    'execa',
    'jose',
    'xstate',
    'yaml',
    'zod',
    'type:machines',
    'machines/login.choice.ts',
    'type:src/agents',
    'src/contract',
    'type:src/control-plane',
    'type:src/environment',
    'src/journal',
    'src/storage',
    'src/workspace',
  ],
  'src/hooks': [
    'node:',
    'xstate',
    'yaml',
    'zod',
    'type:machines',
    'machines/hook.record.ts',
    'type:src/chats',
    'src/contract',
    'src/errors.ts',
    'type:src/journal',
    'src/processes',
    'src/storage',
  ],
  'src/server': [
    'node:',
    'h3',
    'listhen',
    'srvx',
    'zod',
    'type:src/chats',
    'src/contract',
    'src/errors.ts',
    'type:src/hooks',
    'type:src/inspector',
    'type:src/journal',
    'type:src/log.ts',
    'type:src/metrics',
    'src/storage',
  ],
  'src/cli': [
    'node:',
    'commander',
    'execa',
    'marked',
    'picocolors',
    'xstate',
    'zod',
    'machines/hook.machine.ts',
    'src/agents/claude/requirements.ts',
    'src/agents/codex/requirements.ts',
    'src/agents/program-version.ts',
    'src/archive',
    'src/client',
    'src/contract',
    'src/credentials',
    'src/environment',
    'src/errors.ts',
    'src/fleet',
    'src/hooks',
    'src/inspector',
    'src/mirror',
    'src/processes',
    'src/server',
    'src/storage',
  ],
};

/** The composition root, which may import anything of ours. */
const ROOTS = ['src/engine', 'src/main.ts', 'src/program.ts'];

const FILES = ['src', 'machines'].flatMap(filesOf);

describe('layers', () => {
  it.each(Object.entries(MAY_IMPORT))('%s imports only what it may', (part, entries) => {
    const strangers = importsOfPart(part).filter(
      (found) => ![part, ...entries].some((entry) => permits(entry, found)),
    );

    expect(strangers).toEqual([]);
  });

  it.each(Object.entries(MAY_IMPORT))('%s may import nothing that it does not', (part, entries) => {
    const imported = importsOfPart(part);

    expect(entries.filter((entry) => !imported.some((found) => permits(entry, found)))).toEqual([]);
  });

  it('every file belongs to one', () => {
    const homeless = FILES.filter(
      (file) => ![...Object.keys(MAY_IMPORT), ...ROOTS].some((part) => isInside(file, part)),
    );

    expect(homeless).toEqual([]);
  });

  it('an agent never imports another', () => {
    const crossings = FILES.flatMap(importsOf).filter(({ from, to }) => {
      const [importer, imported] = [agentOf(from), agentOf(to)];
      return importer !== null && imported !== null && importer !== imported;
    });

    expect(crossings).toEqual([]);
  });

  it('no other part knows how an agent speaks, or which one it has', () => {
    const words = /['"`](?:claude|acp)-[a-z_]|response_item|event_msg|\bprovider\s*[!=]==(?!\s*undefined)/;
    const mayKnow = ['src/agents', 'src/contract', 'src/dev'];
    const others = FILES.filter((file) => !mayKnow.some((part) => isInside(file, part)));

    expect(others.filter((file) => words.test(codeOf(file)))).toEqual([]);
  });

  it.each([
    ['file', (file: string) => file],
    ['folder', roomOf],
  ])('no %s reaches itself, not even by its types', (_, placeOf) => {
    const imported = new Map<string, string[]>();
    for (const { from, to } of FILES.flatMap(importsOf)) {
      const [importer, place] = [placeOf(from), placeOf(to)];
      if (importer !== place) imported.set(importer, [...(imported.get(importer) ?? []), place]);
    }

    expect([...imported.keys()].filter((place) => reaches(place, place, imported))).toEqual([]);
  });
});

describe('effects', () => {
  it('only program.ts reads the environment of the process, and ends it', () => {
    expect(FILES.filter((file) => /\bprocess\.(?:env|exit\b|exitCode)/.test(codeOf(file)))).toEqual([
      'src/program.ts',
    ]);
  });

  it('machines have no clock, no randomness, no network and no console', () => {
    const impure =
      /\b(?:Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|fetch\(|console\.|crypto|(?<!['-])process\.)/;

    expect(filesOf('machines').filter((file) => impure.test(codeOf(file)))).toEqual([]);
  });
});

describe('form', () => {
  it('no file is longer than 250 lines, but for a statechart, which is one literal', () => {
    const files = FILES.filter((file) => !file.endsWith('.machine.ts'));

    expect(files.filter((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 251)).toEqual(
      [],
    );
  });

  it('there are no barrels', () => {
    expect(FILES.filter((file) => file.endsWith('/index.ts'))).toEqual([]);
  });
});

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

/** What the files of a part import, but for those in a part of their own. */
function importsOfPart(part: string): Import[] {
  return FILES.filter((file) => isInside(file, part) && !isInNestedPart(file, part)).flatMap(importsOf);
}

/** The first folder below `src` that a file is in, or the file. */
function roomOf(file: string): string {
  return file.startsWith('src/') ? file.split('/').slice(0, 2).join('/') : dirname(file);
}

/** A folder with a row of its own is no part of the one around it. */
function isInNestedPart(file: string, part: string): boolean {
  return Object.keys(MAY_IMPORT).some(
    (other) => isInside(other, part) && other !== part && isInside(file, other),
  );
}

function permits(entry: string, { to, typeOnly }: Import): boolean {
  const allowed = entry.replace(/^type:/, '');
  return (
    (typeOnly || !entry.startsWith('type:')) &&
    (isInside(to, allowed) || (allowed === 'node:' && to.startsWith('node:')))
  );
}

function isInside(file: string, part: string): boolean {
  return file === part || file.startsWith(`${part}/`);
}

function agentOf(file: string): string | null {
  return /^src\/agents\/([^/]+)\//.exec(file)?.[1] ?? null;
}

function reaches(
  from: string,
  target: string,
  imported: Map<string, string[]>,
  seen = new Set<string>(),
): boolean {
  return (imported.get(from) ?? []).some((next) => {
    if (next === target) return true;
    if (seen.has(next)) return false;
    seen.add(next);
    return reaches(next, target, imported, seen);
  });
}

function importsOf(file: string): Import[] {
  const statements = codeOf(file).matchAll(
    /^(?:import|export) (type )?[^;]*?from '([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...statements].map(([, type, specifier, dynamic]) => {
    const to = specifier ?? dynamic ?? '';
    return {
      from: file,
      to: to.startsWith('.') ? normalize(join(dirname(file), to)) : to,
      typeOnly: type !== undefined,
    };
  });
}

/** A file without its comments. */
function codeOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

function filesOf(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.tsx?$/.test(name)).map((name) => join(folder, name));
}
