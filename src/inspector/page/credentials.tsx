import { useEffect, useState } from 'preact/hooks';
import type { CredentialHealth, CredentialProvider, EngineClient } from '../../client/client.ts';
import type { PageStore } from './page-state.ts';
import { useTrouble } from './trouble.tsx';

type Mirror = NonNullable<Awaited<ReturnType<EngineClient['status']>>['mirror']>;
type Health = Readonly<Record<CredentialProvider, CredentialHealth>>;

const EVERY_MS = 5_000;

/** How the logins of agents and tools are. */
export function Credentials({ store }: { store: PageStore }) {
  const [health, setHealth] = useState<Health | null>(null);
  const [mirror, setMirror] = useState<Mirror | null>(null);
  const { trouble, read } = useTrouble();
  const { trouble: refusal, attempt } = useTrouble();
  const { client } = store.state;
  const look = () =>
    read(Promise.all([client.credentials(), client.status()]), ([{ providers }, status]) => {
      setHealth(providers);
      setMirror(status.mirror ?? null);
    });
  useEffect(() => {
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (health === null) return <div class="empty">{trouble || 'Reading…'}</div>;
  return (
    <ul class="credentials scroll" aria-label="Credentials" tabIndex={0}>
      {trouble && <li>{trouble}</li>}
      {refusal && <li>{refusal}</li>}
      {(['github', 'claude', 'codex'] as const).map((provider) => (
        <Credential
          key={provider}
          name={NAMES[provider]}
          health={health[provider]}
          onRefresh={() => attempt(client.refreshCredential(provider).then(look))}
        />
      ))}
      {mirror !== null && <MirrorState mirror={mirror} />}
    </ul>
  );
}

/** How far the copy of the log is that outlives this machine. */
function MirrorState({ mirror: { state, reason, lag } }: { mirror: Mirror }) {
  return (
    <li>
      <h2>
        <i class={`dot ${reason === null ? 'ok' : 'warn'}`} aria-hidden="true" /> Shared log
      </h2>
      <p>{MIRROR_STATES[state]}</p>
      <p class="dim">
        {lag.events === 0
          ? 'Everything is copied.'
          : `${lag.events.toLocaleString('en')} events still to be copied`}
      </p>
      {reason !== null && <p class="refused">{reason}</p>}
    </li>
  );
}

const MIRROR_STATES: Readonly<Record<Mirror['state'], string>> = {
  claiming: 'Being claimed for this engine.',
  behind: 'Being caught up.',
  mirroring: 'Copied as events happen.',
  away: 'It cannot be reached; what happens is kept here until it can.',
  diverged: 'It holds another log; nothing is copied.',
  fenced: 'Another engine has claimed it; nothing is copied.',
  stopped: 'No longer copied.',
};

const NAMES: Readonly<Record<CredentialProvider, string>> = {
  github: 'GitHub',
  claude: 'Claude Code',
  codex: 'Codex',
};

interface CredentialProps {
  name: string;
  health: CredentialHealth;
  onRefresh: () => void;
}

function Credential({ name, health, onRefresh }: CredentialProps) {
  const { state, source, expiresAt, lastSuccessAt, nextAttemptAt, lastError } = health;
  const [tone, words] = STATES[state];
  return (
    <li>
      <h2>
        <i class={`dot ${tone}`} aria-hidden="true" /> {name}
      </h2>
      <p>{words}</p>
      <p class="dim">
        {[
          source && `from ${source}`,
          expiresAt && `expires ${fromNow(expiresAt)}`,
          lastSuccessAt && `renewed ${fromNow(lastSuccessAt)}`,
          nextAttemptAt && `next attempt ${fromNow(nextAttemptAt)}`,
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      {lastError !== null && <p class="refused">{lastError}</p>}
      <button type="button" onClick={onRefresh}>
        Refresh now
      </button>
    </li>
  );
}

const STATES: Readonly<Record<CredentialHealth['state'], readonly [tone: string, words: string]>> = {
  absent: ['off', 'The control plane has none to give.'],
  fresh: ['ok', 'In place and valid.'],
  refreshing: ['busy', 'Being renewed.'],
  backingOff: ['warn', 'The control plane did not answer; the last one stays in use.'],
  rejected: ['bad', 'Refused: a new login is needed.'],
};

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `in 5 minutes`, `2 hours ago` */
function fromNow(time: string): string {
  const seconds = (Date.parse(time) - Date.now()) / 1_000;
  const [unit, size] = UNITS.find(([, most]) => Math.abs(seconds) >= most) ?? ['second', 1];
  return new Intl.RelativeTimeFormat('en').format(Math.round(seconds / size), unit);
}
