import { readdirSync, readlinkSync } from 'node:fs';

/** Files below `folder` that some process of this machine has open, as far as we may know. */
export function heldFiles(folder: string): Set<string> {
  const held = new Set<string>();
  for (const pid of namesIn('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of namesIn(`/proc/${pid}/fd`)) {
      const target = targetOf(`/proc/${pid}/fd/${descriptor}`);
      if (target?.startsWith(`${folder}/`)) held.add(target);
    }
  }
  return held;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // it is gone, or somebody else's
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
