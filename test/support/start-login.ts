import { SimulatedClock, createActor, fromCallback } from 'xstate';
import type { InspectionEvent } from 'xstate';
import type { KnownLogin } from '../../machines/login.choice.ts';
import { loginMachine } from '../../machines/login.machine.ts';
import type { LoginEvent, LoginInput } from '../../machines/login.setup.ts';
import { takes } from './steps.ts';

/** Time passes (in milliseconds), or something reaches the login. */
export type LoginStep = LoginEvent | number;

type Asked = { work: string; input: object };

const recordings = new WeakMap<object, Asked[]>();

/** A promise as far as the machine can tell: its end is sent by the test. */
const recording = (work: string) =>
  fromCallback<never, LoginInput>(({ input: { provider, ...input }, system }) => {
    if (provider === 'claude') recordings.get(system)?.push({ work, input });
  }) as never;

const machine = loginMachine.provide({
  actors: {
    recallRefused: recording('recallRefused'),
    awaitFirstRefresh: recording('awaitFirstRefresh'),
    awaitRefresh: recording('awaitRefresh'),
    refreshLogin: recording('refreshLogin'),
    useLogin: recording('useLogin'),
  },
});

/** A login whose work is only recorded, on a clock the test owns. */
export function startLogin(inspect?: (event: InspectionEvent) => void) {
  const clock = new SimulatedClock();
  const told: string[] = [];
  const asked: Asked[] = [];
  const input = { provider: 'claude' as const };
  const login = createActor(machine, { clock, input, ...(inspect === undefined ? {} : { inspect }) });
  recordings.set(login.system, asked);
  login.on('*', ({ type }) => told.push(type));
  login.start();
  const take = takes(login, clock);

  const state = () => login.getSnapshot().value;
  const context = () => login.getSnapshot().context;
  return { login, clock, told, asked, take, state, context };
}

export type LoginHarness = ReturnType<typeof startLogin>;

export const OAUTH: KnownLogin = { kind: 'oauth', sha256: 'oauth', hasEnvironment: false };
export const ANOTHER: KnownLogin = { kind: 'oauth', sha256: 'another', hasEnvironment: false };
export const KEY: KnownLogin = { kind: 'apiKey', sha256: 'key', hasEnvironment: true };
export const BEDROCK: KnownLogin = { kind: 'bedrock', sha256: 'bedrock', hasEnvironment: true };

export const ALL = [OAUTH, KEY, BEDROCK];

export function rejected(logins: KnownLogin[], hasEnvironment = false): LoginEvent {
  return { type: 'login.rejected', hasEnvironment, logins };
}

export function changed(logins: KnownLogin[]): LoginEvent {
  return { type: 'login.changed', logins };
}

export function recalled(refused: string[] = []): LoginEvent {
  return { type: 'xstate.done.actor.recall', output: refused };
}

type Work = 'firstRefresh' | 'refreshUnderWay' | 'refresh' | 'use';

export function done(work: Work, logins: KnownLogin[]): LoginEvent {
  return { type: `xstate.done.actor.${work}`, output: logins };
}

export function failed(work: Work): LoginEvent {
  return { type: `xstate.error.actor.${work}`, error: new Error('broken') };
}
