import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { parseJson } from '../../contract/parse-json.ts';
import { doubtful, good, type Finding } from './check.ts';
import { attempt } from '../../storage/attempt.ts';

export interface LoginOptions {
  env: Readonly<Record<string, string>>;
  /** Variables that hold a login by themselves. */
  variables: readonly string[];
  files: readonly string[];
}

const NONE = 'The control plane provides it at boot; without one, log in or set the variable yourself.';

const OAuthSchema = z.looseObject({ claudeAiOauth: z.looseObject({ expiresAt: z.number() }) });

/** Whether there is a login, and nobody else can read it. What it is, is never shown. */
export function examineLogin({ env, variables, files }: LoginOptions): Finding {
  const variable = variables.find((candidate) => env[candidate]);
  const file = files.find((candidate) => attempt(() => statSync(candidate).isFile(), false));
  if (file !== undefined) return examineFile(file);
  return variable === undefined ? doubtful('no login found', NONE) : good(`from ${variable}`);
}

function examineFile(file: string): Finding {
  if ((statSync(file).mode & 0o077) !== 0)
    return doubtful(`${file} can be read by others`, `chmod 600 ${file}`);
  const content = attempt(() => readFileSync(file, 'utf8'), null);
  if (content === null) return doubtful(`${file} cannot be read`, `chown $(id -u) ${file}`);
  const oauth = OAuthSchema.safeParse(parseJson(content)).data?.claudeAiOauth;
  if (oauth !== undefined && oauth.expiresAt < Date.now())
    return doubtful(`${file} has expired`, 'The engine renews it at boot; is the control plane reachable?');
  return good(file);
}
