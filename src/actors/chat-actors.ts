import { Actor, type ActorRefFrom, type InspectionEvent } from 'xstate';
import type { ChatEmitted } from '../../machines/chat.events.ts';
import type { chatMachine } from '../../machines/chat.machine.ts';
import { conditionOf } from '../projection/chat-condition.ts';
import type { Recorder } from '../projection/recorder.ts';
import { guarded } from './guarded.ts';

export type ChatActor = ActorRefFrom<typeof chatMachine>;

/** The chats that run, by id. Whatever one of them emits in a step is recorded as one group, as soon as it happened. */
export class ChatActors {
  readonly #actors = new Map<string, ChatActor>();
  readonly #recorder: Recorder;
  readonly #logic: typeof chatMachine;

  constructor(recorder: Recorder, logic: typeof chatMachine) {
    this.#recorder = recorder;
    this.#logic = logic;
  }

  get(chatId: string): ChatActor | undefined {
    return this.#actors.get(chatId);
  }

  /** Given to the root actor as its inspector: it hears of an actor before that actor does anything. */
  inspect = (event: InspectionEvent): void => {
    if (event.type === '@xstate.actor' && this.#isChat(event.actorRef)) this.#listen(event.actorRef);
  };

  #isChat(actor: unknown): actor is ChatActor {
    return actor instanceof Actor && actor.logic === this.#logic;
  }

  #listen(actor: ChatActor): void {
    const emitted: ChatEmitted[] = [];
    const chatId = actor.id;
    this.#actors.set(chatId, actor);
    actor.on('*', (event) => emitted.push(event));
    const forget = () => this.#actors.get(chatId) === actor && this.#actors.delete(chatId);
    actor.subscribe({
      next: guarded(actor, (snapshot) =>
        this.#recorder.recordChat(snapshot.context.record, emitted.splice(0), conditionOf(snapshot)),
      ),
      error: forget, // the engine machine decides what becomes of the chat
      complete: forget,
    });
  }
}
