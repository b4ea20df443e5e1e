import { useEffect, useState } from 'preact/hooks';
import {
  type CanvasItem,
  type CanvasItemSummary,
  type EngineClient,
  type PlanSummary,
  type Preview,
} from '../../client/client.ts';
import { HtmlFrame } from './html-frame.tsx';
import { LongText } from './long-text.tsx';
import type { PageStore } from './page-state.ts';
import { LongMarkdown } from './markdown/long-markdown.tsx';
import { useStore } from './store.ts';
import { useTrouble } from './trouble.tsx';
import { WebLink } from './web-link.tsx';

interface Lists {
  plans: readonly PlanSummary[];
  items: readonly CanvasItemSummary[];
  previews: readonly Preview[];
}

/** A file that is looked at. */
interface Place {
  kind: 'plan' | 'canvas';
  filename: string;
}

/** What agents made for people: plans, canvas items, and what listens on a port. */
export function Files({ store }: { store: PageStore }) {
  const version = useStore(store, ({ filesVersion }) => filesVersion);
  const [lists, setLists] = useState<Lists | null>(null);
  const { trouble, read } = useTrouble();
  const [place, setPlace] = useState<Place | null>(null);
  const { client } = store.state;
  useEffect(() => read(readLists(client), setLists), [version]);
  if (lists === null) return <div class="empty">{trouble || 'Reading…'}</div>;
  const { plans, items, previews } = lists;
  const show = (kind: Place['kind']) => (filename: string) => setPlace({ kind, filename });
  return (
    <div class="split">
      <div class="scroll" tabIndex={0} role="region" aria-label="Plans, canvas and previews">
        <FileList title="Plans" files={plans} shown={place} kind="plan" onShow={show('plan')} />
        <FileList title="Canvas" files={items} shown={place} kind="canvas" onShow={show('canvas')} />
        <h2>Previews</h2>
        <ul class="cards">
          {previews.map((preview) => (
            <li key={preview.port}>
              <WebLink url={preview.publicUrl} text={`${preview.port} ${preview.command}`} />
            </li>
          ))}
          {previews.length === 0 && <li class="dim">Nothing listens on a port.</li>}
        </ul>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label="Content">
        {place === null ? (
          <p class="empty">Choose a plan or a canvas item.</p>
        ) : (
          <Content key={`${place.kind} ${place.filename}`} client={client} place={place} version={version} />
        )}
      </div>
    </div>
  );
}

async function readLists(client: EngineClient): Promise<Lists> {
  const [plans, items, previews] = await Promise.all([client.plans(), client.canvas(), client.previews()]);
  return { plans, items, previews };
}

interface FileListProps {
  title: string;
  files: readonly { filename: string }[];
  kind: Place['kind'];
  shown: Place | null;
  onShow: (filename: string) => void;
}

function FileList({ title, files, kind, shown, onShow }: FileListProps) {
  return (
    <>
      <h2>{title}</h2>
      <ul class="cards">
        {files.map(({ filename }) => (
          <li key={filename}>
            <button
              type="button"
              class="repo-button"
              aria-current={shown?.kind === kind && shown.filename === filename}
              onClick={() => onShow(filename)}
            >
              {filename}
            </button>
          </li>
        ))}
        {files.length === 0 && <li class="dim">None yet.</li>}
      </ul>
    </>
  );
}

interface ContentProps {
  client: EngineClient;
  place: Place;
  /** Changes when files do. */
  version: number;
}

function Content({ client, place: { kind, filename }, version }: ContentProps) {
  const [item, setItem] = useState<Pick<CanvasItem, 'kind' | 'content' | 'base64' | 'mimeType'> | null>(null);
  const { trouble, read } = useTrouble();
  useEffect(() => {
    const reading =
      kind === 'canvas'
        ? client.canvasItem(filename)
        : client.plan(filename).then(({ content }) => ({
            kind: 'markdown' as const,
            content,
            mimeType: 'text/markdown',
          }));
    read(reading, setItem);
  }, [version]);
  if (trouble || item === null) return <div class="empty">{trouble || 'Reading…'}</div>;
  const { content, base64, mimeType } = item;
  if (item.kind === 'markdown' && content !== undefined) {
    return (
      <div class="document">
        <LongMarkdown text={content} />
      </div>
    );
  }
  if (item.kind === 'image' && base64 !== undefined) {
    return <img class="picture" alt={filename} src={`data:${mimeType};base64,${base64}`} />;
  }
  if (item.kind === 'html' && content !== undefined)
    return <HtmlFrame key={content} title={filename} html={content} />;
  if (content === undefined) return <p class="empty">{filename} cannot be shown here.</p>;
  return (
    <pre class="document">
      <LongText text={content} />
    </pre>
  );
}
