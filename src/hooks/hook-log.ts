import { open, rename, stat, truncate, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';
import { makeWayForFile } from '../storage/make-way.ts';
import { readIfFile } from '../storage/read-if-file.ts';
import { setAside, type OnDamage } from '../storage/set-aside.ts';
import { prefixLines } from './prefix-lines.ts';
import { Printed } from './printed.ts';
import { redactLines, redactText } from './redact.ts';
import { isFullDisk } from '../storage/attempt.ts';

/** A file this long is moved to `<name>.1`; one such is kept. */
const ROTATE_BYTES = 128 * 1024 * 1024;
/** So much is put together, while as much is written: Node.js writes no more at a time. */
const ROOM_BYTES = 512 * 1024;
/** A process that prints as much at a time prints on: its position is noted now and then. */
const LONG_BYTES = 128 * 1024;
const NOTE_EVERY_BYTES = 16 * 1024 * 1024;
const FULL_DISK_RETRY_MS = 250;

const CopiedSchema = z.object({ offset: z.number(), chars: z.number() });
type Copied = z.output<typeof CopiedSchema>;

/** How much of which process is in the log, and how long the log was then. */
const PositionsSchema = z.object({ size: z.number(), processes: z.record(z.string(), CopiedSchema) });

export interface HookLogOptions {
  /** For people. */
  file: string;
  /** Where the position in it is kept, so that the next engine copies nothing twice. */
  positionsFile: string;
  rotateBytes?: number;
  /** What is not shown of what hooks print. */
  secrets?: () => readonly string[];
  /** Told of what stood in the place of a file of the log and was set aside. */
  onDamage: OnDamage;
  /** Told why lines are missing in the log: it cannot be written, for another reason than a full disk. */
  onError: (error: unknown) => void;
}

/**
 * `startHooks.log`: what hooks print, each line behind the name of its repository, and when each command began and
 * ended. Written in whole lines, one call after the other.
 */
export class HookLog {
  readonly #options: Required<HookLogOptions>;
  readonly #processes: Map<string, Printed>;
  readonly #rooms = [Buffer.allocUnsafeSlow(ROOM_BYTES), Buffer.allocUnsafeSlow(ROOM_BYTES)] as const;
  #size: number;
  /** What was taken since positions were noted: the next engine copies it again if this one is killed now. */
  #unnoted = 0;
  #noted: Readonly<Record<string, Copied>>;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(options: HookLogOptions, { size, processes }: z.output<typeof PositionsSchema>) {
    this.#options = { rotateBytes: ROTATE_BYTES, secrets: () => [], ...options };
    this.#size = size;
    this.#noted = processes;
    this.#processes = new Map(
      Object.entries(processes).map(([id, copied]) => [id, new Printed(copied)] as const),
    );
  }

  /** Cuts what an engine that was killed wrote without noting it: it will be copied again. */
  static async open(options: HookLogOptions): Promise<HookLog> {
    await clearWay(options);
    const size = await sizeOf(options.file);
    const positions = await readPositions(options);
    const isLonger = positions !== null && size > positions.size;
    if (isLonger) await truncate(options.file, positions.size);
    const processes = positions?.processes ?? {};
    return new HookLog(options, { size: isLonger ? positions.size : size, processes });
  }

  /** Up to where the output of a process is in the log, in bytes. */
  offsetOf(processId: string): number {
    return this.#processes.get(processId)?.offset ?? 0;
  }

  /** From where on the next engine would copy, should this one be killed now. */
  notedOffsetOf(processId: string): number {
    return this.#noted[processId]?.offset ?? 0;
  }

  /** How much a process printed so far, in characters, and the last lines of it. */
  printedBy(processId: string): { chars: number; lastLines: string } {
    const printed = this.#processes.get(processId);
    return {
      chars: printed?.chars ?? 0,
      lastLines: printed?.lastLines((text) => this.redact(text)) ?? '',
    };
  }

  /** What may be shown of a text that hooks printed. */
  redact(text: string): string {
    return redactText(text, this.#options.secrets());
  }

  /** Adds what a process printed next; its last line waits until it is whole. */
  copy(processId: string, { repoName, bytes }: { repoName: string; bytes: Buffer }): Promise<void> {
    const printed = this.#processOf(processId);
    return this.#inOrder(() => {
      this.#unnoted += bytes.length;
      const isToBeNoted = bytes.length < LONG_BYTES || this.#unnoted > NOTE_EVERY_BYTES;
      return this.#write(repoName, printed.add(bytes, this.#options.secrets()), isToBeNoted);
    });
  }

  /** Adds the last line of a process that ended without ending it. */
  flush(processId: string, repoName: string): Promise<void> {
    const printed = this.#processOf(processId);
    return this.#inOrder(() => this.#write(repoName, printed.end()));
  }

  /** Adds a line of the engine's own. */
  note(repoName: string, text: string): Promise<void> {
    return this.#inOrder(() => this.#write(repoName, [Buffer.from(`${text}\n`)]));
  }

  /** Forgets all processes but these. */
  retain(processIds: ReadonlySet<string>): void {
    for (const id of this.#processes.keys()) if (!processIds.has(id)) this.#processes.delete(id);
  }

  async #write(repoName: string, pieces: readonly Buffer[], isToBeNoted = true): Promise<void> {
    if (pieces.length === 0) return;
    try {
      const isNewFile = this.#size > this.#options.rotateBytes;
      if (isNewFile) await this.#rotate();
      const prefix = Buffer.from(`[${repoName}] `);
      const shown = redactLines(pieces, this.#options.secrets());
      await this.#append(prefixLines(shown, { prefix, rooms: this.#rooms }));
      if (isToBeNoted || isNewFile) await this.#writePositions();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Each part is written while the next one is put together. */
  async #append(parts: Iterable<Buffer>): Promise<void> {
    const file = await open(this.#options.file, 'a', 0o600);
    try {
      let written = Promise.resolve();
      for (const part of parts) {
        await written;
        written = this.#appendPart(file, part);
      }
      await written;
    } finally {
      await file.close();
    }
  }

  /** On a full disk it waits for room: meanwhile the processes' own files hold what they print. */
  async #appendPart(file: FileHandle, bytes: Buffer): Promise<void> {
    for (;;) {
      try {
        await file.appendFile(bytes);
        this.#size += bytes.length;
        return;
      } catch (error) {
        if (!isFullDisk(error)) throw error;
        await file.truncate(this.#size);
        await delay(FULL_DISK_RETRY_MS);
      }
    }
  }

  async #rotate(): Promise<void> {
    const { file } = this.#options;
    if (this.#size > 0) await rename(file, `${file}.1`).catch(() => undefined); // somebody removed it
    this.#size = 0;
  }

  async #writePositions(): Promise<void> {
    const { positionsFile } = this.#options;
    const processes = Object.fromEntries(
      [...this.#processes].map(([id, { offset, copiedChars }]) => [id, { offset, chars: copiedChars }]),
    );
    const positions: z.input<typeof PositionsSchema> = { size: this.#size, processes };
    await writeFile(`${positionsFile}.tmp`, JSON.stringify(positions), { mode: 0o600 });
    await rename(`${positionsFile}.tmp`, positionsFile);
    this.#noted = processes;
    this.#unnoted = 0;
  }

  #processOf(processId: string): Printed {
    const known = this.#processes.get(processId) ?? new Printed();
    this.#processes.set(processId, known);
    return known;
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined); // the caller hears of it; the next one starts all the same
    return result;
  }
}

/** 0 where there is no file. */
export async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** What is no file in the place of one could not be written, or would hold up whoever opens it. */
async function clearWay({ file, positionsFile, onDamage }: HookLogOptions): Promise<void> {
  const below = dirname(file);
  for (const path of [file, `${file}.1`, positionsFile, `${positionsFile}.tmp`])
    await makeWayForFile(path, { below, onDamage });
}

/** Null for the first engine, and for one that cannot know: what is copied again stands twice in the log. */
async function readPositions({
  positionsFile,
  onDamage,
}: HookLogOptions): Promise<z.output<typeof PositionsSchema> | null> {
  const text = readIfFile(positionsFile);
  const positions = PositionsSchema.safeParse(parseJson(text ?? ''));
  if (text !== null && !positions.success)
    onDamage(await setAside(positionsFile, 'It could not be understood.'));
  return positions.data ?? null;
}
