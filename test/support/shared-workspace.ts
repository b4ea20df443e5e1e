import { aroundEach, beforeAll, onTestFailed } from 'vitest';
import type { Script } from '../../src/dev/scripted-model.ts';
import type { RecordedModel } from './recorded-model.ts';
import { scriptTurns } from '../../src/dev/turn-script.ts';
import { echo } from './scripted-turns.ts';
import { startWorkspace, type Workspace, type WorkspaceOptions } from './workspace.ts';

export interface SharedWorkspace {
  /** For a test that goes on in the first chat: its script answers, and the model shows what it was asked from now on. */
  enter(script?: Script): Workspace;
  /** The same, in a new chat. */
  enterAlone(script?: Script): Promise<Workspace>;
}

/** One workspace for the tests of a file or of a `describe`. */
export function shareWorkspace(options: Omit<WorkspaceOptions, 'script'> = {}): SharedWorkspace {
  let answer: Script = scriptTurns(echo);
  let workspace: Workspace;
  const ends: (() => void | Promise<void>)[] = [];
  const endAll = async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  };
  const startAnew = async () => {
    await endAll();
    const shared: WorkspaceOptions = { ...options, script: (request) => answer(request) };
    workspace = await startWorkspace(shared, (end) => ends.push(end)).catch(
      async (error: unknown) => (await endAll(), Promise.reject(error)),
    );
  };
  beforeAll(async () => (await startAnew(), endAll));
  // A second try finds nothing of the first, whose messages would be known, and whose engine may be gone.
  aroundEach(async (runTest, { task }) => {
    if ((task.result?.retryCount ?? 0) > 0) await startAnew();
    await runTest();
  });
  const enter = (script: Script = scriptTurns(echo)): Workspace => {
    onTestFailed(() => console.error(workspace.logs()));
    answer = script;
    return { ...workspace, model: fromNowOn(workspace.model) };
  };
  const enterAlone = async (script?: Script): Promise<Workspace> => {
    const { body } = await workspace.client.post<{ chat: { id: string } }>('/chats', { provider: 'claude' });
    return { ...enter(script), chatId: body.chat.id };
  };
  return { enter, enterAlone };
}

/** Only what it is asked from now on. */
function fromNowOn(model: RecordedModel): RecordedModel {
  const { length } = model.requests;
  return {
    ...model,
    get requests() {
      return model.requests.slice(length);
    },
    messages() {
      return this.requests.flatMap(({ message }) => message ?? []);
    },
  };
}
