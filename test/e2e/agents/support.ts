import { onTestFinished } from 'vitest';
import { createPlainLogin } from '../../../src/agents/login.ts';
import { findTestedAgents } from '../../support/tested-agents.ts';
import { type Script } from '../../../src/dev/scripted-model.ts';
import { type RecordedModel, startRecordedModel } from '../../support/recorded-model.ts';
import { openStandIn, type StandInOptions, type TestChat } from '../../agents/claude/stand-in.ts';

export interface ModelChat extends TestChat {
  readonly model: RecordedModel;
}

/** A chat with the real Claude Code, which talks to a scripted model. */
export async function openChat({
  script,
  ...options
}: { script: Script } & Partial<StandInOptions>): Promise<ModelChat> {
  const model = await startRecordedModel({ script });
  onTestFinished(() => model.close());
  const chat = await openStandIn({
    command: findTestedAgents().claude,
    login: createPlainLogin(environmentOf(model)),
    ...options,
  });
  return { ...chat, model };
}

function environmentOf({ url }: RecordedModel): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: 'sk-ant-dummy',
    CLAUDE_CODE_MAX_RETRIES: '1',
  };
}
