import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { bootMachine } from '../../machines/boot.machine.ts';
import { chatMachine } from '../../machines/chat.machine.ts';
import { credentialMachine } from '../../machines/credential.machine.ts';
import { engineMachine } from '../../machines/engine.machine.ts';
import { hookMachine } from '../../machines/hook.machine.ts';
import { startHooksMachine } from '../../machines/start-hooks.machine.ts';
import { renderMachinePage } from './machine-docs.ts';
import type { Page } from './pages.ts';

/** Pages written by hand, each with a part that is made from its machine. */
export const MACHINE_PAGES: Page[] = [
  pageOf('boot', bootMachine),
  pageOf('chat', chatMachine),
  pageOf('credential', credentialMachine),
  pageOf('engine', engineMachine),
  pageOf('hook', hookMachine),
  pageOf('start-hooks', startHooksMachine),
];

function pageOf(name: string, machine: AnyStateMachine): Page {
  const file = join('machines', `${name}.md`);
  return { file, render: () => renderMachinePage(readFileSync(join('docs', file), 'utf8'), machine) };
}
