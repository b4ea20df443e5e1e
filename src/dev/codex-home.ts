import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes the folder in which Codex is led to the scripted model, and to nothing else; returns its path. It is not the
 * `.codex` of the home: the configuration and the login there are for the real model.
 */
export async function createCodexHome(home: string, { url }: { url: string }): Promise<string> {
  const folder = join(home, '.codex-scripted');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'config.toml'), configuration(url), { mode: 0o600 });
  return folder;
}

function configuration(url: string): string {
  return `model = "gpt-5.5"
model_provider = "scripted"

[model_providers.scripted]
name = "Scripted"
base_url = "${url}/v1"
wire_api = "responses"

[analytics]
enabled = false

[features]
plugins = false
apps = false
`;
}
