/** Does one thing after the other, in the order they were asked for. */
export interface Mailbox {
  post(task: () => Promise<void> | void): void;
  /** Forgets what was not begun. */
  close(): void;
}

/** A task that fails does not keep the next ones from their turn. */
export function createMailbox(onFailure: (error: unknown) => void): Mailbox {
  let last: Promise<void> = Promise.resolve();
  let isClosed = false;
  return {
    post(task) {
      last = last.then(() => (isClosed ? undefined : task())).catch(onFailure);
    },
    close() {
      isClosed = true;
    },
  };
}
