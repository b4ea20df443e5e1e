import type { ComponentChildren } from 'preact';

interface TabsProps<Name extends string> {
  label: string;
  tabs: readonly (readonly [Name, ComponentChildren])[];
  shown: Name;
  onShow: (name: Name) => void;
}

/** A row of tabs; arrows move between them. Its panel is named `panel-<name>`. */
export function Tabs<Name extends string>({ label, tabs, shown, onShow }: TabsProps<Name>) {
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    const index = tabs.findIndex(([name]) => `tab-${name}` === document.activeElement?.id);
    const next = tabs[(index + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    onShow(next[0]);
    document.getElementById(`tab-${next[0]}`)?.focus();
  };
  return (
    <div class="tabs">
      <div role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(([name, title]) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={name === shown}
            aria-controls={`panel-${name}`}
            tabIndex={name === shown ? 0 : -1}
            onClick={() => onShow(name)}
          >
            {title}
          </button>
        ))}
      </div>
    </div>
  );
}

export function TabPanel({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div id={`panel-${name}`} class="panel" role="tabpanel" aria-labelledby={`tab-${name}`}>
      {children}
    </div>
  );
}
