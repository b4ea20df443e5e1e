/**
 * Decides which agent processes end because they rest too long, or because too many live at once.
 *
 * A process is asked to end at most once between two pieces of work: whoever was asked is asked again only after it has
 * worked. So however many live and whatever they answer, the pool comes to an end with each word it is told.
 */
export interface AgentPool {
  /**
   * A process that lives, at work until told otherwise. `retire` asks its owner to end it; an owner that needs it says
   * so by `work`, and says nothing otherwise.
   */
  join(id: string, retire: () => void): void;
  leave(id: string): void;
  work(id: string): void;
  rest(id: string): void;
}

export interface AgentPoolOptions {
  /** How long a process may rest, in milliseconds. */
  idleMs: number;
  /** Processes that may live at once; those at work always may. */
  processesMax: number;
}

interface Member {
  retire: () => void;
  state: 'working' | 'resting' | 'asked';
  /** Runs while the process rests. */
  timer?: NodeJS.Timeout;
}

export function createAgentPool({ idleMs, processesMax }: AgentPoolOptions): AgentPool {
  /** In the order in which they last went to rest or to work. */
  const members = new Map<string, Member>();

  const put = (id: string, member: Member) => {
    clearTimeout(members.get(id)?.timer);
    members.delete(id);
    members.set(id, member);
  };
  const ask = (id: string) => {
    const member = members.get(id);
    if (member?.state !== 'resting') return;
    put(id, { retire: member.retire, state: 'asked' });
    member.retire();
  };
  const askSurplus = () => {
    const staying = [...members].filter(([, { state }]) => state !== 'asked');
    const resting = staying.filter(([, { state }]) => state === 'resting');
    for (const [id] of resting.slice(0, Math.max(0, staying.length - processesMax))) ask(id);
  };
  return {
    join(id, retire) {
      put(id, { retire, state: 'working' });
      askSurplus();
    },
    leave(id) {
      clearTimeout(members.get(id)?.timer);
      members.delete(id);
    },
    work(id) {
      const member = members.get(id);
      if (member === undefined || member.state === 'working') return;
      put(id, { retire: member.retire, state: 'working' });
      askSurplus();
    },
    rest(id) {
      const member = members.get(id);
      if (member?.state !== 'working') return;
      const timer = Number.isFinite(idleMs) ? setTimeout(() => ask(id), idleMs).unref() : undefined;
      put(id, { retire: member.retire, state: 'resting', ...(timer && { timer }) });
      askSurplus();
    },
  };
}
