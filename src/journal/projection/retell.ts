import { BEFORE_ALL } from '../event-id.ts';
import { readId, typeStart } from '../event-line.ts';
import type { Journal } from '../journal.ts';
import type { LineReader } from '../line-reader.ts';
import type { Retold, RetoldEvent } from './history-rebuild.ts';

type Source = Pick<Journal, 'readAfter'>;

/** Looks through the log for what an agent said in a chat since that was created. It is read twice, never kept. */
export async function retell(journal: Source, chatId: string): Promise<Retold> {
  const [isCreated, isSaid] = [startsWith(CREATED, chatId), startsWith(SAID, chatId)];
  let ids: string[] = [];
  let until = BEFORE_ALL;
  for await (const line of rawLines(journal.readAfter(BEFORE_ALL))) {
    until = readId(line.block, line.start);
    if (isCreated(line)) ids = [];
    if (isSaid(line)) ids.push(until);
  }
  return { ids, until, eventsFrom: (id) => eventsFrom(journal, { id, isSaid }) };
}

async function* eventsFrom(
  journal: Source,
  { id: first, isSaid }: { id: string; isSaid: (line: RawLine) => boolean },
): AsyncGenerator<RetoldEvent, void> {
  for await (const line of rawLines(journal.readAfter(BEFORE_ALL))) {
    const { block, start, end } = line;
    const id = readId(block, start);
    if (id >= first && isSaid(line)) yield { id, event: () => eventIn(block.toString('utf8', start, end)) };
  }
}

const CREATED = 'chat.created","payload":{"chat":{"id":';
const SAID = 'chat.turn.delta","payload":{"chatId":';

/** Whether a line is of that kind and about that chat, by its bytes. */
function startsWith(kind: string, chatId: string): (line: RawLine) => boolean {
  const wanted = Buffer.from(kind + JSON.stringify(chatId));
  return ({ block, start }) =>
    block.compare(
      wanted,
      0,
      wanted.length,
      typeStart(start),
      Math.min(block.length, typeStart(start) + wanted.length),
    ) === 0;
}

function eventIn(line: string): string {
  const { payload } = JSON.parse(line) as { payload: { event: unknown } };
  return JSON.stringify(payload.event);
}

/** A line of the journal as it stands in a block of them, with its newline. */
interface RawLine {
  block: Buffer;
  start: number;
  end: number;
}

const NEWLINE = 0x0a;

/** The lines that a reader reads, one by one; the reader is closed in the end. */
async function* rawLines(reader: LineReader): AsyncGenerator<RawLine> {
  try {
    for (let block = await reader.read(); block !== null; block = await reader.read()) {
      for (let start = 0; start < block.length;) {
        const end = block.indexOf(NEWLINE, start) + 1;
        yield { block, start, end };
        start = end;
      }
    }
  } finally {
    await reader.close();
  }
}
