import { useState } from 'preact/hooks';
import { questionsOf, type Question } from '../../../client/client.ts';
import type { CardProps } from './card.ts';

/** Questions with the choices that the agent names, and room for an answer in one's own words. */
export function QuestionCard({ request, give }: CardProps) {
  const questions = questionsOf(request);
  const [answers, setAnswers] = useState<Readonly<Record<string, Given>>>({});
  const isComplete = questions.every(({ key }) => textOf(answers[key]) !== '');
  const submit = (event: Event) => {
    event.preventDefault();
    if (isComplete) give({ decision: 'allow', answers: toAnswers(questions, answers) });
  };
  if (questions.length === 0) {
    return (
      <>
        <h3>Question</h3>
        <pre tabIndex={0}>{JSON.stringify(request.questions ?? request.input, null, 2)}</pre>
        <p class="dim">Answer by sending a message.</p>
      </>
    );
  }
  return (
    <form onSubmit={submit}>
      {questions.map((question) => (
        <Choices
          key={question.key}
          question={question}
          given={answers[question.key] ?? NOTHING}
          onGive={(given) => setAnswers({ ...answers, [question.key]: given })}
        />
      ))}
      <div class="answers">
        <button type="submit" class="primary" aria-disabled={!isComplete}>
          Answer
        </button>
        <button type="button" onClick={() => give({ decision: 'deny' })}>
          Decline
        </button>
      </div>
    </form>
  );
}

interface Given {
  chosen: readonly string[];
  words: string;
}

const NOTHING: Given = { chosen: [], words: '' };

interface ChoicesProps {
  question: Question;
  given: Given;
  onGive: (given: Given) => void;
}

function Choices({ question, given, onGive }: ChoicesProps) {
  const isMany = question.multiSelect;
  const choose = (label: string, isChosen: boolean) => {
    const others = isMany ? given.chosen.filter((each) => each !== label) : [];
    onGive({ ...given, chosen: isChosen ? [...others, label] : others });
  };
  return (
    <fieldset>
      <legend>{question.question}</legend>
      {question.options.map(({ label, description }) => (
        <label key={label} class="choice">
          <input
            type={isMany ? 'checkbox' : 'radio'}
            name={question.key}
            checked={given.chosen.includes(label)}
            onChange={({ currentTarget }) => choose(label, currentTarget.checked)}
          />
          <span>
            <b>{label}</b> {description && <span class="dim">{description}</span>}
          </span>
        </label>
      ))}
      <input
        class="words"
        aria-label={`In your own words: ${question.question}`}
        placeholder={question.options.length === 0 ? 'Your answer' : 'Or in your own words'}
        value={given.words}
        onInput={({ currentTarget }) => onGive({ ...given, words: currentTarget.value })}
      />
    </fieldset>
  );
}

function textOf(given: Given = NOTHING): string {
  return [...given.chosen, given.words.trim()].filter((part) => part !== '').join(', ');
}

function toAnswers(questions: readonly Question[], answers: Readonly<Record<string, Given>>) {
  return Object.fromEntries(questions.map(({ key }) => [key, textOf(answers[key])]));
}
