/** Asks a process that has no message, reads what it prints, and asks on until it has told what is wanted. */
import type { AgentContext } from '../agent-context.ts';
import type { AgentCodec } from '../codec.ts';
import { notRunning } from '../failures.ts';
import type { Inquiry } from '../inquiry.ts';
import type { Moment, Step } from '../step.ts';
import { Channel } from './channel.ts';
import { ProcessFailure, type Launched } from './launcher.ts';

/** How long what is told may settle, and how soon it is asked again meanwhile. */
const SETTLE_MS = 8_000;
const AGAIN_MS = 250;

export interface HearOptions extends Pick<Launched, 'run' | 'state'> {
  codec: AgentCodec;
  context: Pick<AgentContext, 'log' | 'now'>;
  signal: AbortSignal;
}

type Ask<Offer> = (state: unknown, moment: Moment) => Inquiry<unknown, Offer>;

/** @throws {ProcessFailure} when the agent refuses or ends; rejects when the signal is given. */
export async function hear<Offer>(
  ask: Ask<Offer>,
  { run, codec, context, signal, ...launched }: HearOptions,
): Promise<Offer> {
  const over = new AbortController();
  const channel = new Channel({ run, log: context.log, signal: AbortSignal.any([signal, over.signal]) });
  await channel.open();
  const moment = (): Moment => {
    const now = context.now();
    return { now, runId: run.id, chatId: run.id, policy: 'bypass', openedAt: now.getTime() };
  };
  let { state } = launched;
  let again: NodeJS.Timeout | undefined;
  const take = (step: Step) => {
    state = step.state;
    for (const line of step.lines ?? []) channel.write(line).catch(() => undefined);
  };
  const told = new Promise<Offer>((resolve, reject) => {
    const began = performance.now();
    const look = () => {
      clearTimeout(again);
      const inquiry = ask(state, moment());
      take(inquiry);
      if (inquiry.outcome === 'failed') return reject(new ProcessFailure(inquiry.failure));
      if (inquiry.outcome === 'waiting') return undefined;
      const isSettled = inquiry.isSettling !== true || performance.now() - began > SETTLE_MS;
      if (isSettled) return resolve(inquiry.offer);
      again = setTimeout(look, AGAIN_MS);
      return undefined;
    };
    const onLine = (text: string) => {
      const step = codec.translate(state, text, moment());
      if (typeof step !== 'string') take(step);
      look();
      return Promise.resolve();
    };
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    look();
    channel
      .read({ from: 0, onLine, onCaughtUp: () => undefined })
      .then(({ isOver }) => isOver && reject(new ProcessFailure(notRunning(codec))))
      .catch(reject);
  });
  return told.finally(() => {
    clearTimeout(again);
    over.abort(new Error('It has answered.'));
  });
}
