/** Parts of the HTTP interface, in the order of their description, and the first words of the paths in them. */
const TAGS = {
  engine: {
    description: 'Whether it lives, what it counts, and what can be asked of it.',
    paths: ['health', 'status', 'metrics', 'openapi.json'],
  },
  events: { description: 'Everything that happens, as it happens.', paths: ['events'] },
  chats: { description: 'Conversations with agents: messages, queues, requests, history.', paths: ['chats'] },
  workspace: {
    description: 'Repositories, plans, the canvas and hooks.',
    paths: ['repos', 'plans', 'canvas', 'hooks'],
  },
  credentials: { description: 'How the logins of the workspace are.', paths: ['token-refresh'] },
  inspection: {
    description: 'The statecharts of the engine, and how they stand.',
    paths: ['', 'machines', 'actors', 'inspect'],
  },
} as const;

/** The part of the interface that a path belongs to. */
export function tagOf(path: string): string {
  const [, word = ''] = path.split('/');
  const found = Object.entries(TAGS).find(([, { paths }]) => (paths as readonly string[]).includes(word));
  return found?.[0] ?? 'engine';
}

/** The parts that these paths belong to, described. */
export function describeTags(paths: readonly string[]): { name: string; description: string }[] {
  const used = new Set(paths.map(tagOf));
  return Object.entries(TAGS).flatMap(([name, { description }]) =>
    used.has(name) ? [{ name, description }] : [],
  );
}
