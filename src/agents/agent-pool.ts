/**
 * Decides which agent processes end because too many live at once.
 *
 * A process is asked to end at most once between two pieces of work: whoever was asked is asked again only after it has
 * worked. Nothing is answered, so however many live and whatever they do, the pool comes to an end with each word it is told.
 */
export interface AgentPool {
  /** A process that lives, at work until told otherwise. `retire` asks it to end; one that needs to live says so by `work`. */
  join(id: string, retire: () => void): void;
  leave(id: string): void;
  work(id: string): void;
  rest(id: string): void;
}

interface Member {
  retire: () => void;
  state: 'working' | 'resting' | 'asked';
}

/** `processesMax` may live at once; those at work always may. */
export function createAgentPool(processesMax: number): AgentPool {
  /** In the order in which they last went to rest or to work. */
  const members = new Map<string, Member>();

  const put = (id: string, member: Member) => {
    members.delete(id);
    members.set(id, member);
  };
  const askSurplus = () => {
    const staying = [...members].filter(([, { state }]) => state !== 'asked');
    const resting = staying.filter(([, { state }]) => state === 'resting');
    for (const [id, { retire }] of resting.slice(0, Math.max(0, staying.length - processesMax))) {
      if (members.get(id)?.state !== 'resting') continue;
      put(id, { retire, state: 'asked' });
      retire();
    }
  };
  return {
    join(id, retire) {
      put(id, { retire, state: 'working' });
      askSurplus();
    },
    leave: (id) => void members.delete(id),
    work(id) {
      const member = members.get(id);
      if (member === undefined || member.state === 'working') return;
      put(id, { retire: member.retire, state: 'working' });
      askSurplus();
    },
    rest(id) {
      const member = members.get(id);
      if (member?.state !== 'working') return;
      put(id, { retire: member.retire, state: 'resting' });
      askSurplus();
    },
  };
}
