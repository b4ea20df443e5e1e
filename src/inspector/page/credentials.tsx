import { useEffect, useState } from 'preact/hooks';
import { z } from 'zod';
import type { PageStore } from './page-state.ts';

const HealthSchema = z.object({ providers: z.record(z.string(), z.record(z.string(), z.unknown())) });

type Health = z.infer<typeof HealthSchema>['providers'];

const EVERY_MS = 5_000;

/** How the logins of agents and tools are. */
export function Credentials({ store }: { store: PageStore }) {
  const [health, setHealth] = useState<Health | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    const read = () => {
      const call = {
        method: 'GET',
        path: '/token-refresh/health',
        schema: HealthSchema,
        isRepeatable: false,
      } as const;
      store.state.client.call(call).then(
        ({ providers }) => {
          setHealth(providers);
          setTrouble(null);
        },
        (error: unknown) => setTrouble(error instanceof Error ? error.message : String(error)),
      );
    };
    read();
    const timer = setInterval(read, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (trouble !== null) return <p class="empty">{trouble}</p>;
  if (health === null) return <p class="empty">Reading…</p>;
  return (
    <ul class="credentials scroll" aria-label="Credentials" tabIndex={0}>
      {Object.entries(health).map(([provider, facts]) => (
        <li key={provider}>
          <h2>
            <i class={`dot ${TONES[String(facts['state'])] ?? 'off'}`} aria-hidden="true" /> {provider}{' '}
            <span class="dim">{String(facts['state'])}</span>
          </h2>
          <dl class="facts">
            {Object.entries(facts)
              .filter(([name, value]) => name !== 'state' && value !== null)
              .map(([name, value]) => (
                <Fact key={name} name={name} value={String(value)} />
              ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}</dt>
      <dd>{value}</dd>
    </>
  );
}

const TONES: Record<string, string> = {
  fresh: 'ok',
  refreshing: 'busy',
  backingOff: 'warn',
  rejected: 'bad',
};
