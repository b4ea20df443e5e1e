import { useState } from 'preact/hooks';
import type { Repo } from '../../client/client.ts';
import { Diff } from './diff.tsx';
import { filesIn } from './file-diffs.ts';
import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';
import { WebLink } from './web-link.tsx';

export function Repositories({ store }: { store: PageStore }) {
  const repos = useStore(store, (state) => state.repos);
  const [name, setName] = useState<string | null>(null);
  if (repos === null) return <p class="empty">Reading the repositories…</p>;
  const shown = repos.find((repo) => repo.name === name) ?? repos[0];
  if (shown === undefined) return <p class="empty">There is no repository in this workspace.</p>;
  return (
    <div class="split">
      <ul class="cards scroll" aria-label="Repositories" tabIndex={0}>
        {repos.map((repo) => (
          <li key={repo.name}>
            <RepoButton repo={repo} isShown={repo === shown} onClick={() => setName(repo.name)} />
            {repo.prUrls.map((url) => (
              <WebLink key={url} url={url} />
            ))}
          </li>
        ))}
      </ul>
      <div class="scroll" tabIndex={0} role="region" aria-label={`Diff of ${shown.name}`}>
        <RepoDiff repo={shown} />
      </div>
    </div>
  );
}

function RepoButton({ repo, isShown, onClick }: { repo: Repo; isShown: boolean; onClick: () => void }) {
  return (
    <button type="button" class="repo-button" aria-current={isShown} onClick={onClick}>
      <b>{repo.name}</b>
      <span class="dim">{repo.currentBranch || 'no branch'}</span>
      {repo.gitDiff && (
        <span class="numbers">
          <span class="plus">+{repo.gitDiff.added}</span> <span class="minus">−{repo.gitDiff.removed}</span>
        </span>
      )}
    </button>
  );
}

function RepoDiff({ repo }: { repo: Repo }) {
  if (repo.error) return <p class="refused">{repo.error.message}</p>;
  if (!repo.gitDiff?.fullDiff)
    return <p class="empty">Nothing differs from {repo.defaultBranch || 'its base'}.</p>;
  return filesIn(repo.gitDiff.fullDiff).map(({ name, added, removed, text }) => (
    <details key={`${repo.name} ${name}`} class="file-diff" open>
      <summary>
        <b>{name}</b>
        <span class="numbers">
          <span class="plus">+{added}</span> <span class="minus">−{removed}</span>
        </span>
      </summary>
      <Diff text={text} />
    </details>
  ));
}
