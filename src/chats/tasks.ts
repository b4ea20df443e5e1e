import type { AgentDriver, OpenExecutor } from '../agents/agent.ts';
import type { TaskRecord, TaskView } from '../contract/tasks.ts';
import { EngineError } from '../errors.ts';
import type { Gate } from './gate.ts';

export interface TasksOptions {
  gate: Gate;
  drivers: ReadonlyMap<string, Pick<AgentDriver, 'tellsTasks'>>;
  /** What acts on the process of each chat. */
  executors: ReadonlyMap<string, Pick<OpenExecutor, 'outputOf'>>;
  /** Takes secrets out of what others print. */
  redact: (text: string) => string;
}

/** So much of the end of what a task printed is shown. */
const SHOWN_CHARACTERS = 8_000;

const REMEDY = 'its protocol does not tell what runs beside a turn';

export class Tasks {
  readonly #options: TasksOptions;

  constructor(options: TasksOptions) {
    this.#options = options;
  }

  async list(chatId: string): Promise<TaskView[]> {
    const { gate } = this.#options;
    this.refuseUnlessTold(chatId);
    const { tasks = [] } = gate.recordOf(chatId);
    return gate.read(tasks.map((task) => this.#view(chatId, task)));
  }

  /** One that has ended stays as it is. */
  async stop(chatId: string, taskId: string): Promise<void> {
    const { gate } = this.#options;
    this.refuseUnlessTold(chatId);
    const isKnown = gate.recordOf(chatId).tasks?.some(({ id }) => id === taskId) === true;
    if (!isKnown) throw new EngineError('TASK_NOT_FOUND', { chatId, taskId });
    gate.actorOf(chatId).send({ type: 'task.stop', taskId });
    await gate.committed(undefined);
  }

  async stopAll(chatId: string): Promise<void> {
    const { tasks = [] } = this.#options.gate.recordOf(chatId);
    await Promise.all(tasks.map(({ id }) => this.stop(chatId, id)));
  }

  refuseUnlessTold(chatId: string): void {
    const { gate, drivers } = this.#options;
    const { provider } = gate.recordOf(chatId).chat;
    if (drivers.get(provider)?.tellsTasks !== true)
      throw new EngineError('UNSUPPORTED', { provider, feature: 'tasks', remedy: REMEDY });
  }

  #view(chatId: string, record: TaskRecord): TaskView {
    const { redact, executors } = this.#options;
    const { note: _, ...task } = record;
    const output = executors.get(chatId)?.outputOf(record);
    return {
      ...task,
      lastActivityAt: output?.changedAt ?? task.endedAt ?? task.startedAt,
      outputTail: redact(output?.text ?? '')
        .slice(-SHOWN_CHARACTERS)
        .toWellFormed(),
    };
  }
}
