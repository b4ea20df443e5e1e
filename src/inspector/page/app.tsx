import { useEffect, useMemo, useState } from 'preact/hooks';
import { followEngine } from './follow-engine.ts';
import { initialState } from './page-state.ts';
import { SecretForm } from './secret-form.tsx';
import { connect, forgetSecret, rememberSecret, rememberedSecret } from './session.ts';
import { Shell } from './shell.tsx';
import { Store } from './store.ts';

export function App() {
  const [secret, setSecret] = useState(rememberedSecret);
  const [isRefused, setRefused] = useState(false);
  const leave = (refused: boolean) => {
    forgetSecret();
    setRefused(refused);
    setSecret(null);
  };
  const enter = (given: string) => {
    rememberSecret(given);
    setSecret(given);
  };
  if (secret === null) return <SecretForm isRefused={isRefused} onEnter={enter} />;
  return <Inspector key={secret} secret={secret} onLeave={leave} />;
}

function Inspector({ secret, onLeave }: { secret: string; onLeave: (isRefused: boolean) => void }) {
  const store = useMemo(() => new Store(initialState(connect(secret))), [secret]);
  useEffect(() => {
    const stop = new AbortController();
    followEngine(store, { signal: stop.signal, onRefused: () => onLeave(true) });
    return () => stop.abort();
  }, [store]);
  return <Shell store={store} onLeave={() => onLeave(false)} />;
}
