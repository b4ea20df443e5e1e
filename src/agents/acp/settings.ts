/** Makes the settings that a message asks for, as far as the agent offers them. */
import { methods } from '@agentclientprotocol/sdk';
import type { QueuedMessage } from '../../contract/records.ts';
import type { AcpProcess } from './acp-process.ts';
import type { AcpContext } from './context.ts';
import { AcpFailure, AcpRefusal } from './failures.ts';
import { inTime } from './opening.ts';
import { effortFor, planModeOf, withCurrent, workModeOf, type OptionName } from './options.ts';

/** The model comes first: what else there is to choose may depend on it. */
export async function makeSettings(
  process: AcpProcess,
  context: AcpContext,
  message: QueuedMessage,
): Promise<void> {
  await chooseModel(process, context, message);
  await chooseEffort(process, context, message);
  await chooseMode(process, context, message);
}

async function chooseModel(
  process: AcpProcess,
  context: AcpContext,
  { model }: QueuedMessage,
): Promise<void> {
  const { options, usual } = process.state;
  if (model !== undefined && options.model === null) {
    throw new AcpFailure({
      code: 'model_not_found',
      message: `${context.title} offers no choice of models.`,
    });
  }
  const wanted = model ?? usual.model?.current;
  if (wanted === undefined) return;
  try {
    await choose(process, context, { name: 'model', wanted });
  } catch (error) {
    if (!(error instanceof AcpRefusal)) throw error;
    throw new AcpFailure({ code: 'model_not_found', message: error.message });
  }
}

async function chooseEffort(process: AcpProcess, context: AcpContext, message: QueuedMessage): Promise<void> {
  const { options, usual } = process.state;
  if (options.effort === null) return;
  const { thinkingLevel: level } = message;
  const wanted = level === undefined ? usual.effort?.current : effortFor(level, options.effort);
  const isOffered = options.effort.values.some(({ value }) => value === wanted);
  if (wanted != null && isOffered) await choose(process, context, { name: 'effort', wanted });
}

async function chooseMode(process: AcpProcess, context: AcpContext, message: QueuedMessage): Promise<void> {
  const { options, usual } = process.state;
  const plan = planModeOf(options);
  if (message.planMode && plan === null) {
    const text = `${context.title} has no mode for planning, in which it would change nothing.`;
    throw new AcpFailure({ code: 'plan_mode_unavailable', message: text });
  }
  const wanted = message.planMode ? plan : workModeOf(options, usual.mode?.current ?? null);
  if (wanted !== null) await choose(process, context, { name: 'mode', wanted });
}

async function choose(
  process: AcpProcess,
  context: AcpContext,
  { name, wanted }: { name: OptionName; wanted: string },
): Promise<void> {
  const current = process.state.options[name]?.current;
  const chosen = process.chosen.get(name);
  if (chosen !== undefined && chosen.current === current && [chosen.wanted, current].includes(wanted)) return;
  await set(process, context, { name, wanted });
  const now = process.state.options[name]?.current ?? wanted;
  process.chosen.set(name, { wanted, current: now });
}

async function set(
  process: AcpProcess,
  context: AcpContext,
  { name, wanted: value }: { name: OptionName; wanted: string },
): Promise<void> {
  const { sessionId, options } = process.state;
  const choice = options[name];
  if (sessionId === null || choice === null) return;
  const { configId } = choice;
  if (configId !== null) {
    const method = methods.agent.session.setConfigOption;
    const answer = process.request(method, { sessionId, configId, value });
    return void (await inTime(process, context, { method, answer }));
  }
  const method = methods.agent.session.setMode;
  await inTime(process, context, { method, answer: process.request(method, { sessionId, modeId: value }) });
  process.state = { ...process.state, options: withCurrent(process.state.options, name, value) };
}
