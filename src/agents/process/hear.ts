/** Asks a process that has no message, reads what it prints, and asks on until it has told what is wanted. */
import { setTimeout as delay } from 'node:timers/promises';
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
  context: Pick<AgentContext, 'log'>;
  signal: AbortSignal;
}

type Ask<Offer> = (state: unknown, moment: Moment) => Inquiry<unknown, Offer>;

/** @throws {ProcessFailure} when the agent refuses or ends; rejects when the signal is given. */
export async function hear<Offer>(ask: Ask<Offer>, options: HearOptions): Promise<Offer> {
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const agent = await listen({ ...options, signal });
  const deadline = performance.now() + SETTLE_MS;
  try {
    for (let isOver = false; ; isOver = await agent.heard()) {
      signal.throwIfAborted();
      const told = agent.ask(ask);
      if (told.outcome === 'failed') throw new ProcessFailure(told.failure);
      if (told.outcome === 'told' && (told.isSettling !== true || performance.now() > deadline))
        return told.offer;
      if (isOver) throw new ProcessFailure(notRunning(options.codec));
    }
  } finally {
    over.abort(new Error('It has answered.'));
  }
}

async function listen({ run, codec, context, signal, ...launched }: HearOptions) {
  const channel = new Channel({ run, log: context.log, signal });
  await channel.open();
  let { state } = launched;
  let noteLine = () => {};
  const moment = (): Moment => {
    const now = new Date();
    return { now, runId: run.id, policy: 'bypass', openedAt: now.getTime() };
  };
  const take = (step: Step) => {
    state = step.state;
    for (const line of step.lines ?? []) channel.write(line).catch(() => undefined);
  };
  const onLine = (text: string) => {
    const step = codec.translate(state, text, moment());
    if (typeof step !== 'string') take(step);
    noteLine();
    return Promise.resolve();
  };
  const reading = channel.read({ from: 0, onLine, onCaughtUp: () => undefined });
  const ended = reading.then(({ isOver }) => isOver);
  ended.catch(() => undefined); // whoever waits hears of it
  return {
    ask<Offer>(ask: Ask<Offer>) {
      const inquiry = ask(state, moment());
      take(inquiry);
      return inquiry;
    },
    /** Resolves with the next line or after a moment; with true once all was read that it will ever print. */
    heard(): Promise<boolean> {
      const line = new Promise<boolean>((resolve) => {
        noteLine = () => resolve(false);
      });
      return Promise.race([ended, line, delay(AGAIN_MS, false)]);
    },
  };
}
