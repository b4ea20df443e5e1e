/** What a look at one thing found. Only what is `bad` keeps an engine from working. */
export interface Finding {
  state: 'good' | 'doubtful' | 'bad';
  text: string;
  remedy?: string;
}

export interface Check {
  name: string;
  readonly examine: () => Promise<Finding> | Finding;
}

export function good(text: string): Finding {
  return { state: 'good', text };
}

export function doubtful(text: string, remedy: string): Finding {
  return { state: 'doubtful', text, remedy };
}

export function bad(text: string, remedy: string): Finding {
  return { state: 'bad', text, remedy };
}
