/** A value as a tree that unfolds. */
export function JsonView({ name, value, depth = 0 }: { name?: string; value: unknown; depth?: number }) {
  const label = name === undefined ? null : <span class="json-key">{name}</span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div class="json-line">
        {label}
        <Plain value={value} />
      </div>
    );
  }
  const entries = Object.entries(value);
  if (depth === 0) return <div class="json">{entries.map(toLine)}</div>;
  if (entries.length === 0) {
    return (
      <div class="json-line">
        {label}
        <span class="dim">{Array.isArray(value) ? '[]' : '{}'}</span>
      </div>
    );
  }
  return (
    <details class="json-branch" open={depth < 2}>
      <summary>
        {label}
        <span class="dim">{Array.isArray(value) ? `${entries.length} items` : `{${entries.length}}`}</span>
      </summary>
      {entries.map(toLine)}
    </details>
  );

  function toLine([key, child]: [string, unknown]) {
    return <JsonView key={key} name={key} value={child} depth={depth + 1} />;
  }
}

function Plain({ value }: { value: unknown }) {
  const kind = value === null ? 'null' : typeof value;
  return <span class={`json-${kind}`}>{typeof value === 'string' ? value || '""' : String(value)}</span>;
}
