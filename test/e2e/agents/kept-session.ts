import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { createPaths } from '../../../src/environment/paths.ts';
import { until } from '../../agents/claude/stand-in.ts';
import { agentProcesses } from '../../support/agent-processes.ts';
import { sessionFileOf } from '../../support/session-damage.ts';
import type { ChatUnderTest } from './agent-under-test.ts';

/** Keeps a chat at rest, to have it again as it is; tells where its session then lies. */
export function keepSession(chat: ChatUnderTest): () => string {
  const record = structuredClone(chat.record);
  const file = sessionFileOf(chat.home, String(record.sessionId));
  const [folder, copy] = [dirname(file), join(chat.home, 'session-as-it-was')];
  copyFileSync(file, copy);
  return () => {
    chat.detach();
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    copyFileSync(copy, file);
    Object.assign(chat.record, structuredClone(record));
    chat.facts.length = 0;
    chat.reopen();
    return file;
  };
}

/** Neither a process nor the folder of one is left. */
export async function isAtRest({ home }: ChatUnderTest): Promise<void> {
  await until(async () => expect(await agentProcesses(home)).toEqual([]));
  await until(() => expect(readdirSync(createPaths(home).agents)).toEqual([]));
}
