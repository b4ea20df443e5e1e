import { readFile } from 'node:fs/promises';
import type { EngineClient } from '../client/client.ts';
import { codeOf } from '../storage/attempt.ts';
import { CliError, EXIT, type Terminal } from './terminal.ts';

export interface TestHookOptions {
  client: EngineClient;
  /** `-` reads standard input. */
  file: string;
  repo: string | undefined;
  json: boolean;
}

/** Has the engine try a script and shows what it prints; the exit code is the script's. */
export async function testHook(
  terminal: Terminal,
  { client, file, json, ...options }: TestHookOptions,
): Promise<number> {
  const script = file === '-' ? await terminal.readInput() : await readScript(file);
  for await (const event of client.hooks.test({ script, ...options, signal: terminal.stopSignal() })) {
    if (json) terminal.print(`${JSON.stringify(event)}\n`);
    else if (event.type === 'output') terminal.print(event.text);
    if (event.type !== 'ended') continue;
    const { timedOut, outputTruncated, exitCode, error } = event;
    if (timedOut) terminal.complain('The script ran out of time.\n');
    if (outputTruncated) terminal.complain('The script printed too much and was ended.\n');
    if (error !== undefined) terminal.complain(`${error.message}\n`);
    return exitCode ?? EXIT.FAILED;
  }
  throw new CliError('The engine stopped before the script had ended.', EXIT.FAILED);
}

async function readScript(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new CliError(`The script ${file} cannot be read (${codeOf(error) ?? String(error)}).`, EXIT.USAGE);
  });
}
