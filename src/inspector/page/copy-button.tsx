import { useState } from 'preact/hooks';

const SHOWN_MS = 1_500;

export function CopyButton({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  // Only a page of this machine, or one that came over https, has a clipboard.
  if (!('clipboard' in navigator)) return null;
  return (
    <button type="button" class="quiet copy" onClick={() => void copy().catch(() => setCopied(false))}>
      {isCopied ? 'Copied' : 'Copy'}
    </button>
  );
}
