import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import type { MachineFormat, MachineSummary } from '../../contract/machines.ts';
import { EngineError } from '../../errors.ts';
import { toMermaid } from './mermaid.ts';
import { MACHINES } from './machines.ts';
import { toStudioConfig } from './studio-config.ts';

/** The statecharts of the engine, to be read by people and their tools. */
export class MachineCatalogue {
  readonly #drawings: string;

  /** `drawings` is the folder of `<name>.svg`: laying a chart out takes too long for an engine that serves others. */
  constructor({ drawings }: { drawings: string }) {
    this.#drawings = drawings;
  }

  list(): MachineSummary[] {
    return Object.entries(MACHINES).map(([name, machine]) => ({
      name,
      id: machine.id,
      states: countStates(machine.root),
      formats: { json: linkTo(name, 'json'), mermaid: linkTo(name, 'mermaid'), svg: linkTo(name, 'svg') },
    }));
  }

  /** @throws {EngineError} `MACHINE_NOT_FOUND`. */
  async read(name: string, format: MachineFormat): Promise<string> {
    const machine = machineOf(name);
    if (format === 'mermaid') return `${toMermaid(machine.root)}\n`;
    if (format === 'svg') return readFile(join(this.#drawings, `${name}.svg`), 'utf8');
    return toStudioConfig(machine);
  }
}

function machineOf(name: string): AnyStateMachine {
  const machine = Object.hasOwn(MACHINES, name) ? MACHINES[name] : undefined;
  if (machine === undefined)
    throw new EngineError('MACHINE_NOT_FOUND', { name, known: Object.keys(MACHINES) });
  return machine;
}

function linkTo(name: string, format: MachineFormat): string {
  return `/machines/${name}?format=${format}`;
}

function countStates({ states }: AnyStateNode): number {
  return Object.values(states).reduce((count, state) => count + 1 + countStates(state), 0);
}
