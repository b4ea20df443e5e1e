import { isGroupEnd, readId } from '../journal/event-line.ts';
import type { Group } from './shared-log.ts';

const NEWLINE = 0x0a;

/** Cuts blocks of whole lines into whole groups; a group may go over several blocks. */
export class GroupSplitter {
  #begun: Buffer = Buffer.alloc(0);

  /** The groups that end in the block. */
  take(block: Buffer): Group[] {
    const bytes = this.#begun.length === 0 ? block : Buffer.concat([this.#begun, block]);
    const groups: Group[] = [];
    let groupStart = 0;
    for (let lineStart = 0; lineStart < bytes.length;) {
      const lineEnd = bytes.indexOf(NEWLINE, lineStart) + 1;
      if (isGroupEnd(bytes, lineEnd)) {
        groups.push({ id: readId(bytes, lineStart), lines: bytes.subarray(groupStart, lineEnd) });
        groupStart = lineEnd;
      }
      lineStart = lineEnd;
    }
    this.#begun = bytes.subarray(groupStart);
    return groups;
  }

  /** What was begun will not go on. */
  reset(): void {
    this.#begun = Buffer.alloc(0);
  }
}
