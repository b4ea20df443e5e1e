const FRAME_URL = new URL('./frame.html', import.meta.url).href;

/** HTML that an agent drew, in a frame of no origin that nothing gets out of. */
export function HtmlFrame({ title, html }: { title: string; html: string }) {
  return (
    <iframe
      class="html-frame"
      title={title}
      sandbox="allow-scripts"
      src={FRAME_URL}
      onLoad={({ currentTarget }) => currentTarget.contentWindow?.postMessage(html, '*')}
    />
  );
}
