#!/usr/bin/env node
import { createRequire } from 'node:module';
import { CodeCache } from './code-cache.ts';

/** By then the engine has started, and V8 has compiled what a start runs. */
const KEEP_AFTER_MS = 2_000;

const words = process.argv.slice(2);
const isServing = words.length === 0 || (words.length === 1 && words[0] === 'serve');

const { serveEngine, runCommand } = loadProgram();
await (isServing ? serveEngine() : runCommand());

/** Code that was kept says nothing of its sources: with source maps Node itself loads what it needs. */
function loadProgram(): typeof import('./program.ts') {
  const entry = 'program.cjs';
  if (!isServing || process.sourceMapsEnabled)
    return createRequire(import.meta.url)(`./${entry}`) as ReturnType<typeof loadProgram>;
  const code = new CodeCache({ folder: import.meta.dirname, entry });
  setTimeout(() => void code.keep().catch(() => undefined), KEEP_AFTER_MS).unref(); // a start does without
  return code.run() as ReturnType<typeof loadProgram>;
}
