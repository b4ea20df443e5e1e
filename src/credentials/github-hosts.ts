import { Document, isMap, parseDocument } from 'yaml';
import type { Codec } from './credential-file.ts';

/** `~/.config/gh/hosts.yml`, where the GitHub CLI keeps its logins. Comments, other hosts and other keys are kept. */
export const githubHosts: Codec<Document> = {
  get empty() {
    return new Document({});
  },
  parse(text) {
    const document = text.trim() === '' ? new Document({}) : parseDocument(text);
    return document.errors.length === 0 && isMap(document.contents) ? document : undefined;
  },
  format: (document) => document.toString({ indent: 4 }),
};

const HOST = 'github.com';

/** The document with this token for GitHub. The user is kept: gh asks GitHub who it is where it needs to know. */
export function withGithubToken(document: Document, token: string): Document {
  const changed = document.clone() as Document;
  if (!isMap(changed.getIn([HOST]))) changed.setIn([HOST], changed.createNode({ user: 'x-access-token' }));
  changed.setIn([HOST, 'oauth_token'], token);
  if (!changed.hasIn([HOST, 'git_protocol'])) changed.setIn([HOST, 'git_protocol'], 'https');
  const user = changed.getIn([HOST, 'user']);
  // Newer versions of gh know several users per host.
  if (changed.hasIn([HOST, 'users', user])) changed.setIn([HOST, 'users', user, 'oauth_token'], token);
  return changed;
}
