/** What a process starts besides its tools (servers, hooks of the user's) and what has to end with it, wherever it hides. */
import { z } from 'zod';
import { filesOf, type Run } from './run.ts';
import { attempt } from '../storage/attempt.ts';
import { readIfFile } from '../storage/read-if-file.ts';

/** Told by the names in their environment. Kept in the folder of the run: the next engine has to know. */
const StraysSchema = z.object({
  /** One that has such a variable was not started by a tool. */
  with: z.array(z.string()).default([]),
  /** A tool's have all of these. */
  without: z.array(z.string()).default([]),
});

export type Strays = z.input<typeof StraysSchema>;

/** Tells strays from what was left running on purpose, by their variables. Nothing is a stray of a run that names none. */
export function straysOf(run: Run): (variables: readonly string[]) => boolean {
  const strays = readStrays(run);
  return (variables) => {
    const has = (name: string) => variables.some((variable) => variable.startsWith(`${name}=`));
    return strays.with.some(has) || !strays.without.every(has);
  };
}

function readStrays(run: Run): z.output<typeof StraysSchema> {
  const { strays } = filesOf(run);
  const none = { with: [], without: [] };
  return attempt(() => StraysSchema.parse(JSON.parse(readIfFile(strays) ?? '')), none);
}
