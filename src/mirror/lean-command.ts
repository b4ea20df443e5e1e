import { Command } from 'ioredis';

const AROUND_BYTES = 64;

/** A command that is written into a given buffer, where ioredis makes another one for each. */
export class LeanCommand extends Command {
  readonly #into: (length: number) => Buffer;

  constructor(name: string, args: (string | number | Buffer)[], into: (length: number) => Buffer) {
    super(name, args, { replyEncoding: 'utf8' });
    this.#into = into;
  }

  override toWritable(): Buffer {
    const args = [this.name, ...(this.args as (string | Buffer)[])];
    const into = this.#into(
      args.reduce((sum, arg) => sum + Buffer.byteLength(arg) + AROUND_BYTES, AROUND_BYTES),
    );
    let length = into.write(`*${args.length}\r\n`);
    for (const arg of args) {
      length += into.write(`$${Buffer.byteLength(arg)}\r\n`, length);
      length += typeof arg === 'string' ? into.write(arg, length) : arg.copy(into, length);
      length += into.write('\r\n', length);
    }
    return into.subarray(0, length);
  }
}
