import { randomUUID } from 'node:crypto';
import type { AgentDriver } from './agents/agent.ts';
import { creationOf, draftChat } from './commands/chats.ts';
import type { EngineStateFile } from './contract/records.ts';
import type { EngineEnvironment } from './engine-env.ts';
import { STATE_KEY, type Home } from './open-home.ts';
import type { Root } from './start-root.ts';
import { writeJson } from './storage/json-file.ts';

/** Of the home, or of what is left of it. */
export function isFirstStart({ lastEngine, damages, records }: Home): boolean {
  return lastEngine === null || (damages.count > 0 && records.size === 0);
}

/** One chat per agent exists from the first start. */
export function createFirstChats(
  { records }: Home,
  { root, drivers }: { root: Root; drivers: ReadonlyMap<string, AgentDriver> },
): void {
  const known = new Set([...records.values()].map(({ chat }) => chat.provider));
  for (const { provider, title } of drivers.values()) {
    if (known.has(provider)) continue;
    const chat = draftChat({ id: randomUUID(), provider, title, parentChatId: null });
    root.actor.send(creationOf(chat, {}));
  }
}

/** Writes down which engine this is, for the next one. */
export async function writeState({ store, journal }: Home, environment: EngineEnvironment): Promise<void> {
  const value: EngineStateFile = {
    version: 1,
    workspaceId: environment.WORKSPACE_ID,
    incarnation: journal.headId.slice(-8),
    startedAt: new Date().toISOString(),
  };
  await journal.committed();
  await writeJson(store.storage, { key: STATE_KEY, value });
}
