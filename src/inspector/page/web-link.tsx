import { isWebUrl } from '../../client/client.ts';

/** A link to a page elsewhere. What is no address of the web is shown, and leads nowhere. */
export function WebLink({ url }: { url: string }) {
  if (!isWebUrl(url)) return <span class="dim">{url}</span>;
  return (
    <a href={url} target="_blank" rel="noreferrer">
      {url.replace(/^https?:\/\//i, '')}
    </a>
  );
}
