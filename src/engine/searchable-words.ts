import { sayingsOf } from '../agents/say.ts';
import type { Words } from '../journal/projection/search.ts';

/** What can be found of an event: what clients show of it, tools by their names and inputs. */
export const searchableWords: Words = (event) =>
  sayingsOf(event).map((saying) =>
    saying.kind === 'tool'
      ? { kind: saying.kind, text: `${saying.name} ${toText(saying.input)}` }
      : { kind: saying.kind, text: saying.text },
  );

function toText(input: unknown): string {
  return typeof input === 'string' ? input : (JSON.stringify(input) ?? '');
}
