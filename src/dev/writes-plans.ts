import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Script } from './scripted-model.ts';
import { useTool } from './scripted-steps.ts';

/** The model writes its plan to the file that Claude Code tells it of, and then proposes what stands there. */
export function writesPlans(script: Script): Script {
  return async (request) => {
    const step = await script(request);
    const [block] = step.kind === 'reply' ? step.blocks : [];
    const file = /\/[^"\\\s]*\/\.claude\/plans\/[\w-]+\.md/.exec(JSON.stringify(request))?.[0];
    if (block?.type !== 'tool_use' || block.name !== 'ExitPlanMode' || file === undefined) return step;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, String(block.input['plan']));
    return useTool('ExitPlanMode', {});
  };
}
