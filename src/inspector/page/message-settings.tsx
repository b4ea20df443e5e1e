import { useRef, useState } from 'preact/hooks';
import type { ChatModel } from '../../client/client.ts';
import { MEDIA_TYPES } from './add-images.ts';
import { changeSetting, draftOf } from './drafts.ts';
import type { MessageSettings, PageStore } from './page-state.ts';

const MODES = [
  { name: 'planMode', title: 'Plan', meaning: 'The agent makes a plan and waits for your approval.' },
  {
    name: 'goalMode',
    title: 'Goal',
    meaning: 'The agent goes on until the goal in your message is reached.',
  },
  { name: 'fastMode', title: 'Fast', meaning: 'The model answers faster, at a higher price, where it can.' },
] as const;
const LEVELS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

interface MessageSettingsProps {
  store: PageStore;
  chatId: string;
  settings: MessageSettings;
  /** How many go with the message. */
  images: number;
  onAddImages: (files: readonly File[]) => void;
  onDropImages: () => void;
}

/** How a message is worked on: in which mode, how hard it is thought about, by which model. */
export function MessageSettingsBar(props: MessageSettingsProps) {
  const { store, chatId, settings, images, onAddImages, onDropImages } = props;
  const picker = useRef<HTMLInputElement>(null);
  const [models, setModels] = useState<readonly ChatModel[]>([]);
  // An agent that cannot tell its models takes their names all the same.
  const readModels = () => void store.state.client.chats.models(chatId).then(setModels, () => setModels([]));
  const { thinkingLevel, model } = settings;
  return (
    <div class="message-settings">
      {MODES.map(({ name, title, meaning }) => (
        <button
          key={name}
          type="button"
          aria-pressed={settings[name] === true}
          title={meaning}
          onClick={() =>
            changeSetting(store, chatId, name, draftOf(store, chatId).settings[name] ? undefined : true)
          }
        >
          {title}
        </button>
      ))}
      <label>
        <span class="dim">Thinking</span>
        <select
          value={thinkingLevel ?? ''}
          onChange={({ currentTarget: { value } }) =>
            changeSetting(
              store,
              chatId,
              'thinkingLevel',
              LEVELS.find((level) => level === value),
            )
          }
        >
          <option value="">default</option>
          {LEVELS.map((level) => (
            <option key={level} value={level}>
              {level}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="dim">Model</span>
        <input
          value={model ?? ''}
          placeholder={models.find(({ current }) => current)?.id ?? 'default'}
          list="models"
          onFocus={readModels}
          onInput={({ currentTarget: { value } }) =>
            changeSetting(store, chatId, 'model', value.trim() || undefined)
          }
        />
      </label>
      <datalist id="models">
        {models.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
      <button type="button" onClick={() => picker.current?.click()}>
        Add images
      </button>
      <input
        ref={picker}
        type="file"
        hidden
        multiple
        accept={MEDIA_TYPES.join()}
        aria-label="Images"
        onChange={({ currentTarget }) => {
          onAddImages([...(currentTarget.files ?? [])]);
          currentTarget.value = '';
        }}
      />
      {images > 0 && (
        <button type="button" onClick={onDropImages}>
          {images === 1 ? '1 image' : `${images} images`} ×
        </button>
      )}
    </div>
  );
}
