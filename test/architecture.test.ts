import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/** Level 0: no folder of ours below them. */
const GROUND = ['src/contract', 'src/errors.ts', 'src/paths.ts', 'type:src/log.ts'];

/** What is known of a chat, and what that means: pure functions. */
const CHAT = ['machines/chat.record.ts', 'machines/chat.context.ts'];

/** What is pure among agents, so that it runs in browsers. */
const SAY = ['src/agents/saying.ts', 'src/tool-brief.ts', 'src/contract/parse-json.ts', 'type:src/contract'];

/** What each part may import besides itself; entries with `type:` only through `import type`. */
const MAY_IMPORT: Record<string, string[]> = {
  machines: ['xstate', 'type:src/contract'],
  'src/contract': ['zod'],
  'src/error-table.ts': [],
  'src/errors.ts': ['src/error-table.ts'],
  'src/paths.ts': ['node:path'],
  'src/version.ts': ['node:', 'src/package-folder.ts'],
  'src/log.ts': ['pino'],
  'src/environment-values.ts': ['node:', 'zod', 'src/contract/parse-json.ts'],
  'src/engine-env.ts': ['node:', 'zod', 'src/environment-values.ts', 'src/errors.ts'],
  'src/storage': ['node:', 'unstorage', 'execa', 'zod', ...GROUND],
  'src/process': ['node:', 'execa', 'zod', 'src/storage', ...GROUND],
  'src/credentials': [
    'node:',
    'execa',
    'jose',
    'yaml',
    'zod',
    'src/storage',
    'type:src/agents',
    'type:src/monolith',
    ...GROUND,
  ],
  'src/workspace': ['node:', 'execa', 'isomorphic-git', 'zod', 'src/storage', ...GROUND],
  'src/previews': ['node:', 'src/process', ...GROUND],
  'src/images': ['node:', ...GROUND],
  'src/monolith': ['cockatiel', 'type:zod', ...GROUND],
  'src/outbox': [
    'node:',
    'zod',
    'src/storage',
    'src/journal',
    'src/tool-brief.ts',
    'type:machines',
    ...GROUND,
  ],
  'src/tool-brief.ts': [],
  'src/heartbeat.ts': ['node:', 'type:src/contract'],
  'src/journal': ['node:', 'zod', 'src/storage', ...GROUND],
  'src/projection': [
    'node:',
    'zod',
    'src/storage',
    'src/journal',
    'type:xstate',
    'type:machines',
    'type:src/engine-env.ts',
    ...CHAT,
    ...GROUND,
  ],
  // Read by people's tools and in browsers too: how a dialect reads.
  'src/agents/saying.ts': ['src/contract/parse-json.ts'],
  'src/agents/say.ts': [
    ...SAY,
    'src/agents/claude/say.ts',
    'src/agents/codex/say.ts',
    'src/agents/acp/say.ts',
  ],
  'src/agents/claude/say.ts': SAY,
  'src/agents/codex/say.ts': SAY,
  'src/agents/acp/say.ts': SAY,
  'src/metrics': ['prom-client', 'type:src/contract'],
  'src/agents': [
    'type:machines',
    'node:',
    'zod',
    '@agentclientprotocol/sdk',
    'jose',
    'src/process',
    'src/storage',
    'type:src/engine-env.ts',
    ...GROUND,
  ],
  'src/hooks': [
    'node:',
    'zod',
    'yaml',
    'src/process',
    'src/storage',
    'type:machines',
    'machines/hook.record.ts',
    ...GROUND,
  ],
  'src/actors': [
    'node:',
    'xstate',
    'src/agents',
    'src/hooks',
    'machines/hook.record.ts',
    'machines/login.choice.ts',
    'machines/agent-process.machine.ts',
    'type:src/credentials',
    'src/process',
    'src/journal',
    'src/projection',
    'type:machines',
    ...GROUND,
  ],
  'src/commands': [
    'node:',
    'xstate',
    'src/actors',
    'src/hooks',
    'src/storage',
    'src/journal',
    'src/projection',
    'type:machines',
    ...CHAT,
    'type:src/engine.ts',
    ...GROUND,
  ],
  'src/client': ['zod', 'eventsource-parser', 'src/contract', 'src/agents/say.ts', 'src/agents/saying.ts'],
  'src/package-folder.ts': ['node:'],
  'src/charts': ['node:', 'type:xstate', 'type:elkjs', 'elkjs/lib/elk.bundled.js', 'machines', ...GROUND],
  'src/inspector': [
    'node:',
    'xstate',
    '@statelyai/inspect',
    'src/charts/transition-id.ts',
    'src/log.ts',
    ...GROUND,
  ],
  // Runs in browsers.
  'src/inspector/page': ['preact', 'zod', 'src/client', 'type:src/contract'],
  'src/cli': [
    'node:',
    'commander',
    'execa',
    'picocolors',
    'xstate',
    'zod',
    'src/charts',
    'src/client',
    'src/credentials/credential-paths.ts',
    'src/hooks',
    'src/actors',
    'src/engine-env.ts',
    'src/server/describe-interface.ts',
    'src/storage/make-folder.ts',
    'src/tool-brief.ts',
    'src/version.ts',
    'machines/hook.machine.ts',
    ...GROUND,
  ],
  'src/engine.ts': ['type:node:', 'type:zod', 'type:src/contract'],
  'src/server': [
    'node:',
    'h3',
    'listhen',
    'srvx',
    'zod',
    'src/contract',
    'src/errors.ts',
    'src/error-table.ts',
    'type:src/log.ts',
    'type:src/engine.ts',
  ],
  'src/dev': [
    'node:',
    'h3',
    'listhen',
    'srvx',
    'execa',
    'jose',
    'zod',
    'src/contract',
    'src/engine-env.ts',
    'src/errors.ts',
  ],
};

/** The composition roots, which may import anything of ours. */
const ROOTS = [
  'src/start-root.ts',
  'src/start-workspace.ts',
  'src/start-engine.ts',
  'src/start-recording.ts',
  'src/start-actors.ts',
  'src/create-gauges.ts',
  'src/move-in.ts',
  'src/open-home.ts',
  'src/open-previews.ts',
  'src/describe-environment.ts',
  'src/searchable-words.ts',
  'src/open-hooks.ts',
  'src/open-inspection.ts',
  'src/open-credentials.ts',
  'src/agent-options.ts',
  'src/open-outbox.ts',
  'src/serve.ts',
  'src/main.ts',
];

const FILES = ['src', 'machines'].flatMap(filesOf);

describe('layers', () => {
  it.each(Object.entries(MAY_IMPORT))('%s imports only what it may', (part, entries) => {
    const strangers = FILES.filter(
      (file) => isInside(file, part) && !ROOTS.includes(file) && !isInNestedPart(file, part),
    )
      .flatMap(importsOf)
      .filter((found) => ![part, ...entries].some((entry) => permits(entry, found)));

    expect(strangers).toEqual([]);
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

  it('no file reaches itself', () => {
    const imported = new Map(
      FILES.map((file) => [file, importsOf(file).flatMap(({ to, typeOnly }) => (typeOnly ? [] : [to]))]),
    );

    expect(FILES.filter((file) => reaches(file, file, imported))).toEqual([]);
  });
});

describe('effects', () => {
  it('only main.ts reads the environment of the process, and ends it', () => {
    expect(FILES.filter((file) => /\bprocess\.(?:env|exit\b|exitCode)/.test(codeOf(file)))).toEqual([
      'src/main.ts',
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
