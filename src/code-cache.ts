import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { Script } from 'node:vm';
import { limitHeap } from './limit-heap.ts';
import { attempt } from './storage/attempt.ts';
import { replaceFile } from './storage/replace-file.ts';

export interface CodeCacheOptions {
  /** Has the files of the program: CommonJS, in nothing but ASCII. */
  folder: string;
  /** The one that is loaded first. */
  entry: string;
}

interface Compiled {
  script: Script;
  source: string;
}

const DIGEST_BYTES = 32;

/**
 * Loads a program as Node would, with the code that V8 made of it at an earlier start. What is damaged, or was made of
 * other sources, is as good as none; V8 itself refuses what it did not make.
 */
export class CodeCache {
  readonly #options: CodeCacheOptions;
  /** For this Node. */
  readonly #folder: string;
  /** What there is code of. */
  readonly #kept: ReadonlySet<string>;
  readonly #require: NodeJS.Require;
  /** What is yet to run: V8 compares the flags, so all of it is read before they change. */
  readonly #compiled = new Map<string, Compiled>();
  readonly #unkept = new Map<string, Compiled>();
  readonly #modules = new Map<string, { exports: unknown }>();

  constructor(options: CodeCacheOptions) {
    this.#options = options;
    this.#folder = join(options.folder, 'code', `${process.version}-${process.arch}`);
    this.#require = createRequire(join(options.folder, options.entry));
    this.#kept = new Set(attempt(() => readdirSync(this.#folder), []));
    for (const file of this.#kept) attempt(() => this.#compiled.set(file, this.#compile(file)), null);
  }

  /** What the program exports. */
  run(): unknown {
    return this.#load(this.#options.entry);
  }

  /** Keeps the code of what was loaded without, for the next start: what came first at last, as it stands for the whole. */
  async keep(): Promise<void> {
    if (this.#unkept.size === 0) return;
    mkdirSync(this.#folder, { recursive: true });
    for (const [file, data] of this.#takeUnkept().toReversed())
      await replaceFile(join(this.#folder, file), data, { mode: 0o644 });
  }

  readonly #load = (name: string): unknown => {
    if (!name.endsWith('.cjs')) return this.#require(name);
    const file = basename(name);
    const known = this.#modules.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#modules.set(file, module);
    const { script } = this.#compiled.get(file) ?? this.#compile(file);
    this.#compiled.delete(file);
    const { folder } = this.#options;
    script.runInThisContext()(module.exports, this.#load, module, join(folder, file), folder);
    return module.exports;
  };

  #takeUnkept(): [file: string, data: Buffer][] {
    limitHeap(false);
    const taken = [...this.#unkept].map(([file, { script, source }]): [string, Buffer] => {
      const code = script.createCachedData();
      return [file, Buffer.concat([digestOf(source, code), code])];
    });
    limitHeap(true);
    this.#unkept.clear();
    return taken;
  }

  #compile(file: string): Compiled {
    const filename = join(this.#options.folder, file);
    const source = Module.wrap(readFileSync(filename, 'latin1'));
    const cachedData = this.#read(file, source);
    const script = new Script(source, { filename, ...(cachedData && { cachedData }) });
    const compiled = { script, source };
    if (script.cachedDataRejected !== false && this.#isToBeKept(file)) this.#unkept.set(file, compiled);
    return compiled;
  }

  /** What only some engines load is no part of it: each start would read it. */
  #isToBeKept(file: string): boolean {
    return this.#kept.has(file) || !this.#kept.has(this.#options.entry);
  }

  #read(file: string, source: string): Buffer | undefined {
    const kept = attempt(() => readFileSync(join(this.#folder, file)), Buffer.alloc(0));
    const code = kept.subarray(DIGEST_BYTES);
    return digestOf(source, code).equals(kept.subarray(0, DIGEST_BYTES)) ? code : undefined;
  }
}

function digestOf(source: string, code: Buffer): Buffer {
  return createHash('sha256').update(source).update(code).digest();
}
