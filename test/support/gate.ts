/** A point at which a scripted answer stops until whoever holds the gate opens it. */
export interface Gate {
  /** Resolves when an answer has come as far as this gate for the first time. */
  readonly reached: Promise<void>;
  /** Lets everything that waits here, now or later, pass. */
  open(): void;
  /** What the answer calls when it gets here. */
  pass(): Promise<void>;
}

export function createGate(): Gate {
  const arrival = createSignal();
  const opening = createSignal();
  return {
    reached: arrival.raised,
    open: opening.raise,
    pass: () => {
      arrival.raise();
      return opening.raised;
    },
  };
}

function createSignal(): { raised: Promise<void>; raise: () => void } {
  let raise = (): void => undefined;
  const raised = new Promise<void>((resolve) => {
    raise = resolve;
  });
  return { raised, raise };
}
