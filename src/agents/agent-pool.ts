/** Decides which agent processes end because they rest too long, or because too many live at once. */
export interface AgentPool {
  /** A process that lives, at work until told otherwise. `retire` asks its owner to end it; it may decline. */
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
  /** Runs while the process rests. */
  timer: NodeJS.Timeout | null;
}

export function createAgentPool({ idleMs, processesMax }: AgentPoolOptions): AgentPool {
  /** In the order in which they last went to rest or to work. */
  const members = new Map<string, Member>();

  const stopTimer = (member: Member | undefined) => {
    if (member?.timer) clearTimeout(member.timer);
  };
  const retireSurplus = () => {
    const surplus = members.size - processesMax;
    if (surplus <= 0) return;
    const resting = [...members.values()].filter(({ timer }) => timer !== null);
    for (const { retire } of resting.slice(0, surplus)) retire();
  };
  const put = (id: string, member: Member) => {
    stopTimer(members.get(id));
    members.delete(id);
    members.set(id, member);
    retireSurplus();
  };
  return {
    join: (id, retire) => put(id, { retire, timer: null }),
    leave(id) {
      stopTimer(members.get(id));
      members.delete(id);
    },
    work(id) {
      const member = members.get(id);
      if (member !== undefined && member.timer !== null) put(id, { ...member, timer: null });
    },
    rest(id) {
      const member = members.get(id);
      if (member === undefined || member.timer !== null) return;
      put(id, { ...member, timer: setTimeout(member.retire, idleMs).unref() });
    },
  };
}
