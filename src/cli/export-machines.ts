import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { drawMachine } from '../inspector/charts/draw.ts';
import { MACHINES } from '../inspector/charts/machines.ts';
import { toMermaid } from '../inspector/charts/mermaid.ts';
import { toStudioConfig } from '../inspector/charts/studio-config.ts';
import { makeFolder } from '../storage/make-folder.ts';
import { CliError, EXIT } from './terminal.ts';

/** Writes every statechart into a folder: `<name>.json` for Stately Studio, `<name>.mmd` for Mermaid, `<name>.svg`. */
export async function exportMachines(folder: string, print: (text: string) => void): Promise<void> {
  await makeFolder(folder).catch((error: unknown) => {
    throw new CliError(`${folder} cannot be made: ${String(error)}.`, EXIT.USAGE);
  });
  for (const [name, machine] of Object.entries(MACHINES)) {
    for (const [extension, text] of Object.entries(await textsOf(machine))) {
      const file = join(folder, `${name}.${extension}`);
      await writeFile(file, text);
      print(`${file}\n`);
    }
  }
}

async function textsOf(machine: AnyStateMachine): Promise<Record<string, string>> {
  return {
    json: toStudioConfig(machine),
    mmd: `${toMermaid(machine.root)}\n`,
    svg: await drawMachine(machine),
  };
}
