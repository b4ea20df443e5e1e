import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

/** Where `replicas-engine dev` keeps everything, below the folder that it was started in. */
export const DEV_HOME = '.replicas-dev';

const SettingsSchema = z.record(z.string(), z.string());

/** The environment of the trial engine that was started in a folder; null when none is running. */
export function readDevSettings(folder: string): Record<string, string> | null {
  try {
    return SettingsSchema.parse(
      JSON.parse(readFileSync(resolve(folder, DEV_HOME, 'engine-environment.json'), 'utf8')),
    );
  } catch {
    return null;
  }
}
