/**
 * What a driver is: pure functions over what is known of one process of its agent. `State` is plain data that is never changed
 * in place; what is to be done in the world comes back as data, in a {@link Step}. Launching, reading, writing, asking people,
 * ending and taking up a process are written once, in `process/`.
 */
import type { Failure, Policy } from '../contract/chats.ts';
import type { AgentCommand } from '../contract/facts.ts';
import type { Image, ThinkingLevel } from '../contract/messages.ts';
import type { QueuedMessage } from '../contract/records.ts';
import type { TaskRecord } from '../contract/tasks.ts';
import type { Run } from '../processes/run.ts';
import type { Strays } from '../processes/strays.ts';
import type { Reach } from '../processes/terminate.ts';
import type { AgentDelivery } from './delivery-input.ts';
import type { Inquirer } from './inquiry.ts';
import type { RequestId } from './json-rpc.ts';
import type { LoginTokens, RejectionOutcome } from './login.ts';
import type { TaskOutput } from './tasks.ts';
import type {
  Circumstances,
  Conclusion,
  Ending,
  Moment,
  Preparation,
  Standing,
  Step,
  Translation,
} from './step.ts';

export interface AgentCodec<State = unknown> {
  readonly provider: string;
  /** The agent's name for people, the title of its first chat. */
  readonly title: string;
  /** How hard it thinks when a message does not say. */
  readonly defaultThinkingLevel?: ThinkingLevel;
  /** A message can be said into a turn that runs. */
  readonly canSteer?: true;
  /** What a message may ask for besides planning: to go on until a goal is reached, the faster tier. */
  readonly modes?: readonly ('goal' | 'fast')[];

  /** `launch.ts`: how a process is started, and what is known of it then. No message is in its input yet. */
  launch(given: Launching<State>): Launch<State>;
  /** What has an effect on a process from outside, besides program and environment: one that was launched with another is replaced. */
  configuration?(given: { policy: Policy; login: LoginTokens | null }): readonly string[];

  /** `translate.ts`: what a line that the process printed means. */
  translate(state: State, line: string, moment: Moment): Translation<State>;
  /** What is known of a process that an earlier engine launched, before the first line that is read again. */
  found(given: Found<State>): State;
  /** The process is gone: closes what it left open, and says what becomes of its message. */
  conclude(state: State, ending: Ending): Conclusion<State>;

  /** `decide.ts`: what the state of the protocol means in the words of the process machine. Asked after each line; to be cheap. */
  decide(state: State, circumstances: Circumstances): Standing;

  /** `prepare.ts`: opens the session and makes the settings of a message, step by step: asked again after each line until it is ready. */
  prepare(state: State, wanted: Wanted, moment: Moment): Preparation<State>;

  /** `lines.ts`: our commands as lines, and what is known once they are written. */
  lines(state: State, command: ProtocolCommand, moment: Moment): Step<State>;
  /** Which question of the agent a line of ours answers, for whoever takes up the process; null when none. */
  readonly answeredBy?: (line: string) => RequestId | null;

  /** `codec.ts`: the agent's own files of its sessions; none for an agent that tells nothing of them. */
  readonly session?: SessionFiles;
  /** The state is complete up to where the session was opened: taken up, the output is first read from its beginning to there. */
  isOpened?(state: State): boolean;

  /** `inquiry.ts`: what the agent tells of itself in a process that is given no message. */
  readonly inquiry?: Inquirer<State>;
  /** Files and folders by which that changes, besides program and configuration. */
  inquirySources?(place: { home: string; folder: string }): readonly string[];

  /** What to do when its program cannot be started: the end of a sentence. */
  readonly remedy: string;
  /** An older program is not started. */
  readonly oldestVersion?: string;
  /** What it did not answer, when it was ended for that. */
  awaits?(state: State): string | Failure;
  /** Why it ended, where it said so in its protocol. */
  reasonIn?(state: State): string | null;
  /** `tasks.ts`: what a task printed, for an agent that tells what it runs beside its turns; `state` is null without a process. */
  taskOutput?(task: TaskRecord, given: { chatId: string; state: State | null }): TaskOutput | null;

  /** Ends what the open tools of an agent run; without it, what left the session of the process. */
  readonly killTools?: (run: Run, reach: Reach) => Promise<void>;
  /** After the end of a process of which nothing lives on. */
  tidy?(given: { chatId: string; home: string }): Promise<void>;
}

/** The program that an agent's process is started from. Another version has another identity. */
export interface Installation {
  file: string;
  identity: string;
}

/** What is said to the agent in its protocol, but for its messages. */
export type ProtocolCommand =
  /** A process was found: it is asked what it does. */
  | { type: 'greet' }
  /** The message is about to be written: `prepare` said how. */
  | { type: 'give'; message: QueuedMessage; delivery: AgentDelivery; line: string }
  | { type: 'steer'; message: QueuedMessage; text: string }
  | { type: 'interrupt' }
  /** The question `id`, which counts as settled. */
  | ({ type: 'answer'; id: RequestId } & Omit<Extract<AgentCommand, { type: 'agent.answer' }>, 'type'>)
  /** A question is answered: by somebody, by the line that `decide` gave, or by an earlier engine. */
  | { type: 'settled'; id: RequestId }
  | { type: 'stopTask'; taskId: string }
  | { type: 'ping' }
  /** To leave in good order; one without a line for it is terminated at once. */
  | { type: 'leave' }
  /** What came of a refused login; `isOutdated`: the process cannot know of the login that is in use now. */
  | { type: 'login'; outcome: RejectionOutcome; login: LoginNow; isOutdated: boolean }
  /** The login in use changed. */
  | { type: 'loginChanged'; login: LoginNow }
  /** Nothing was printed for as long as `waitsMs` said. */
  | { type: 'elapsed' };

/** The login in use: what it adds to the environment of a process, and what may be handed over through a protocol. */
export interface LoginNow {
  environment: Readonly<Record<string, string>>;
  tokens: LoginTokens | null;
}

export interface Launching<State = unknown> extends LoginNow {
  runId: string;
  chatId: string;
  policy: Policy;
  message: QueuedMessage;
  /** What is to be resumed; null for a session that begins. */
  session: KnownSession | null;
  systemPrompt: string | undefined;
  home: string;
  folder: string;
  /** How the process before it stood when it went, if its message is given again to this one. */
  before: State | null;
}

/** A session of the agent, and how its file lies there. */
export interface KnownSession {
  id: string;
  /** `unusable` must not be opened. `there` also when nobody can tell. */
  file: 'there' | 'absent' | 'unusable';
  reason: string;
  /** That a part is lost, to be told to the user. */
  notice: string | null;
  /** Something was said in it, as far as anybody knows. */
  wasUsed: boolean;
}

export interface Launch<State = unknown> {
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** What the process finds on its standard input at once. */
  stdin: string;
  state: State;
  strays?: Strays;
  /** Kept as a file in the folder of the run. */
  prompt?: string | undefined;
  /** Made before. */
  folders?: readonly string[];
  /** It begins with a turn by itself: what it prints is not read before that is handed over. */
  isHeld?: boolean;
}

export interface Found<State = unknown> {
  policy: Policy;
  sessionId: string | null;
  /** Its beginning up to `isOpened`; null for a codec without it. */
  head: State | null;
  /** The turn that it works on; null when it rested. */
  turn: { message: QueuedMessage; delivery: AgentDelivery; line: string } | null;
  /** Messages that may have been said into its turn. */
  steering?: readonly QueuedMessage[];
  /** What ran beside its turns as of where its output is known. */
  tasks?: readonly TaskRecord[];
}

export interface Wanted {
  message: QueuedMessage;
  text: string;
  images: readonly Image[];
}

export interface SessionFiles {
  /** Where a session is kept, if that can be told beforehand. */
  fileOf?: (sessionId: string) => string;
  /** What else belongs to a session: folders and files, there or not. */
  besides?: (sessionId: string) => string[];
  promptIn: (line: string) => NativePrompt | null;
  /** Others may write to a session while a process has it open, which then knows nothing of it and is replaced. */
  isShared: boolean;
}

/** What a user said, as the agent's own file tells it. */
export interface NativePrompt {
  /** The id under which it was said; null when it has none. */
  id: string | null;
  at: string | null;
}
