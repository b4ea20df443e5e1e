import type { AgentCommand, AgentFact } from '../contract/facts.ts';
import type { AgentDriver } from './agent.ts';

export interface UnavailableOptions {
  provider: string;
  title: string;
  /** Why it cannot run, or what to do about it: a sentence. */
  remedy: string;
}

/** Stands in for an agent that cannot run here: its messages end `errored`, saying so. */
export function createUnavailableDriver({ provider, title, remedy }: UnavailableOptions): AgentDriver {
  const exited: AgentFact = {
    type: 'agent.exited',
    failure: { code: 'agent_unavailable', message: `${title} cannot run here. ${remedy}` },
  };
  return {
    provider,
    title,
    openSession({ turn }, report) {
      let isAttached = true;
      const reportSoon = () => queueMicrotask(() => isAttached && report(exited));
      if (turn !== null) reportSoon();
      return {
        command: ({ type }) => {
          if (ANSWERED.has(type)) reportSoon();
        },
        detach: () => {
          isAttached = false;
        },
      };
    },
  };
}

/** The commands that wait for a fact. */
const ANSWERED: ReadonlySet<AgentCommand['type']> = new Set([
  'agent.prepare',
  'agent.deliver',
  'agent.stop',
  'agent.terminate',
  'agent.kill',
]);
