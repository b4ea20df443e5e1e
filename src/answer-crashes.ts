import type { ChatOrigin } from '../machines/chat.events.ts';
import type { ActorCrashed, ChatCrashed } from '../machines/engine.setup.ts';
import type { Log } from './log.ts';
import type { Recorder } from './projection/recorder.ts';
import type { Root } from './start-root.ts';

export interface AnswerCrashesOptions extends Pick<Root, 'actor' | 'boot' | 'hooks'> {
  recorder: Recorder;
  log: Log;
}

/** Tells of actors that crashed, and gives those back what they were at that the engine machine cannot. */
export function answerCrashes(options: AnswerCrashesOptions): void {
  const { actor, log } = options;
  /** Nothing supervises the engine machine: what its listeners throw is only told. */
  const attempt = <Event>(listener: (event: Event) => void) => {
    return (event: Event) => {
      try {
        listener(event);
      } catch (error) {
        log.error({ err: error }, 'what an actor did could not be recorded');
      }
    };
  };
  actor.on(
    'chat.crashed',
    attempt((event) => answerChat(event, options)),
  );
  actor.on(
    'actor.crashed',
    attempt((event) => answerActor(event, options)),
  );
}

/** A crashed chat comes back from its record, at last only to end its turn. */
function answerChat({ chatId, isGivenUp, error }: ChatCrashed, options: AnswerCrashesOptions): void {
  const { actor, recorder, log } = options;
  const reason = String(error);
  log.error({ err: error, chatId }, 'a chat crashed');
  const record = recorder.records.get(chatId);
  const code = isGivenUp ? 'chat_given_up' : 'chat_crashed';
  recorder.record([{ type: 'error', payload: { code, message: reason, context: { chatId } } }]);
  if (record === undefined) return;
  const origin: ChatOrigin = isGivenUp ? { kind: 'givenUp', reason } : { kind: 'restored' };
  actor.send({ type: 'chat.restore', input: { record, origin } });
}

/** What broke is not shown, it may hold a secret; the log has it. */
function answerActor({ actorId, isGivenUp, error }: ActorCrashed, options: AnswerCrashesOptions): void {
  const { boot, hooks, recorder, log } = options;
  log.error({ err: error, actorId }, 'a part of the engine crashed');
  const [noun = '', provider] = actorId.split('.');
  const { code, what } = PARTS[noun] ?? { code: noun, what: noun };
  const message = `${what}${provider === undefined ? '' : ` of ${provider}`} broke and was ${isGivenUp ? 'given up' : 'begun anew'}.`;
  const payload = { code: `${code}_${isGivenUp ? 'given_up' : 'crashed'}`, message };
  recorder.record([
    { type: 'error', payload: { ...payload, ...(provider === undefined ? {} : { context: { provider } }) } },
  ]);
  if (actorId === 'startHooks') hooks.crashed(isGivenUp);
  if (actorId === 'boot' && isGivenUp) boot.giveUp();
}

const PARTS: Record<string, { code: string; what: string }> = {
  credential: { code: 'credential', what: 'Refreshing the credential' },
  outbox: { code: 'outbox', what: 'Telling the control plane' },
  startHooks: { code: 'hooks', what: 'Running the hooks' },
  boot: { code: 'boot', what: 'Boot' },
};
