import { LongText } from '../long-text.tsx';
import { Markdown } from './markdown.tsx';

const CHARACTERS = 12_000;

/** The beginning of a text in Markdown, and a way to the rest. */
export function LongMarkdown({ text }: { text: string }) {
  return <LongText text={text} characters={CHARACTERS} draw={(beginning) => <Markdown text={beginning} />} />;
}
