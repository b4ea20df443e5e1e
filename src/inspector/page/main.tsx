// Before everything that declares a schema, which happens as it is loaded.
import './no-eval.ts';
import './show-plain-text.ts';
import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { followEngine } from './follow-engine.ts';
import { forgetDrafts, keepDrafts } from './kept-drafts.ts';
import { initialState, type PageStore } from './page-state.ts';
import { SecretForm } from './secret-form.tsx';
import { connect, forgetSecret, rememberedSecret, rememberSecret } from './session.ts';
import { Shell } from './shell.tsx';
import { Store } from './store.ts';

const place = document.getElementById('page');
if (place !== null) render(<App />, place);

function App() {
  const [secret, setSecret] = useState(rememberedSecret);
  const [isEntering, setEntering] = useState(false);
  const [isRefused, setRefused] = useState(false);
  useEffect(() => {
    // A link to the page loads nothing where it is shown already.
    const look = () => setSecret(rememberedSecret());
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);
  const leave = (refused: boolean) => {
    forgetSecret();
    forgetDrafts();
    setRefused(refused);
    setSecret(null);
  };
  const enter = (given: string) => {
    rememberSecret(given);
    setEntering(true);
    setSecret(given);
  };
  if (secret === null) return <SecretForm isRefused={isRefused} onEnter={enter} />;
  return <Inspector key={secret} secret={secret} isEntering={isEntering} onLeave={leave} />;
}

interface InspectorProps {
  secret: string;
  /** Whether the secret was given just now. */
  isEntering: boolean;
  onLeave: (isRefused: boolean) => void;
}

function Inspector({ secret, isEntering, onLeave }: InspectorProps) {
  const store = useMemo(() => openStore(secret), [secret]);
  useEffect(() => followEngine(store, { secret, onRefused: () => onLeave(true) }), [store]);
  useEffect(() => keepDrafts(store), [store]);
  return <Shell store={store} takesFocus={isEntering} onLeave={() => onLeave(false)} />;
}

function openStore(secret: string): PageStore {
  const client = connect(secret, (isCallStuck) => store.take({ isCallStuck }));
  const store: PageStore = new Store(initialState(client));
  return store;
}
