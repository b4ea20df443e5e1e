import type { MessageSettings } from './page-state.ts';

const LEVELS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

interface MessageSettingsProps {
  settings: MessageSettings;
  /** How many go with the message. */
  images: number;
  onChange: (settings: MessageSettings) => void;
  onDropImages: () => void;
}

/** How a message is worked on: planned first, how hard it is thought about, by which model. */
export function MessageSettingsBar({ settings, images, onChange, onDropImages }: MessageSettingsProps) {
  const { planMode, thinkingLevel, model } = settings;
  return (
    <div class="message-settings">
      <button
        type="button"
        aria-pressed={planMode === true}
        title="The agent makes a plan and waits for your approval."
        onClick={() => onChange(planMode ? without(settings, 'planMode') : { ...settings, planMode: true })}
      >
        Plan
      </button>
      <label>
        <span class="dim">Thinking</span>
        <select
          value={thinkingLevel ?? ''}
          onChange={({ currentTarget: { value } }) => {
            const level = LEVELS.find((each) => each === value);
            onChange(level ? { ...settings, thinkingLevel: level } : without(settings, 'thinkingLevel'));
          }}
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
          placeholder="default"
          onInput={({ currentTarget: { value } }) =>
            onChange(value.trim() ? { ...settings, model: value.trim() } : without(settings, 'model'))
          }
        />
      </label>
      {images > 0 && (
        <button type="button" onClick={onDropImages}>
          {images === 1 ? '1 image' : `${images} images`} ×
        </button>
      )}
    </div>
  );
}

function without(settings: MessageSettings, name: keyof MessageSettings): MessageSettings {
  const { [name]: _left, ...others } = settings;
  return others;
}
