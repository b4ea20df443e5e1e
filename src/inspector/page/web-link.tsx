import { isWebUrl } from '../../client/client.ts';

/** A link to a page elsewhere. What is no address of the web is shown, and leads nowhere. */
export function WebLink({ url, text = url.replace(/^https?:\/\//i, '') }: { url: string; text?: string }) {
  if (!isWebUrl(url)) return <span class="dim">{text}</span>;
  return (
    <a href={url} target="_blank" rel="noreferrer">
      {text}
    </a>
  );
}
