import type { H3 } from 'h3';
import type { Health } from '../contract/status.ts';
import { EngineError } from '../errors.ts';
import { API_HEADERS, toAnswer } from './refusal.ts';

/**
 * What a listener serves from its first moment on: `GET /health` at once; every other request waits until the engine
 * has opened its home, or is refused while that is restored.
 */
export class FrontDoor {
  readonly #health: () => Health;
  readonly #decided: Promise<void>;
  #decide!: () => void;
  #app: H3 | undefined;

  constructor(health: () => Health) {
    this.#health = health;
    this.#decided = new Promise((resolve) => {
      this.#decide = resolve;
    });
  }

  open(app: H3): void {
    this.#app = app;
    this.#decide();
  }

  /** It will take a while until the engine can open its home. */
  refuse(): void {
    this.#decide();
  }

  readonly fetch = (request: Request): Response | Promise<Response> =>
    this.#app === undefined ? this.#answerEarly(request) : this.#app.fetch(request);

  async #answerEarly(request: Request): Promise<Response> {
    if (isHealthCheck(request)) return Response.json(this.#health(), { headers: API_HEADERS });
    await this.#decided;
    return this.#app === undefined ? this.#refusal() : this.#app.fetch(request);
  }

  #refusal(): Response {
    const message = this.#health().boot.waitingFor?.message ?? '';
    const { status, headers, body } = toAnswer(new EngineError('RESTORING', { message }));
    return new Response(body, { status, headers: { ...API_HEADERS, ...headers, 'retry-after': '1' } });
  }
}

function isHealthCheck({ method, url }: Request): boolean {
  return method === 'GET' && new URL(url).pathname === '/health';
}
