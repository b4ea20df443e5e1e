import { fromCallback } from 'xstate';
import type { HookProcessCommand } from '../../machines/hook.events.ts';
import type { HookRecord } from '../contract/hook-records.ts';
import { HookProcess, type HookProcessOptions } from './hook-process.ts';

/** Runs the next step of a hook; ending the actor leaves the process alone. */
export function hookProcess(options: HookProcessOptions) {
  return fromCallback<HookProcessCommand, HookRecord>(({ input, receive, sendBack }) => {
    const process = new HookProcess(options, input, sendBack);
    receive(({ because }) => process.kill(because));
    void process.run();
    return () => process.detach();
  });
}
