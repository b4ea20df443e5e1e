import type { H3 } from 'h3';
import type { Health } from '../contract/status.ts';
import { API_HEADERS } from './answer-headers.ts';

/**
 * What a listener serves from its first moment on: `GET /health` at once; every other request waits until the engine
 * has opened its home.
 */
export class FrontDoor {
  readonly #health: () => Health;
  readonly #opened: Promise<H3>;
  #open!: (app: H3) => void;
  #app: H3 | undefined;

  constructor(health: () => Health) {
    this.#health = health;
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(app: H3): void {
    this.#app = app;
    this.#open(app);
  }

  readonly fetch = (request: Request): Response | Promise<Response> =>
    this.#app === undefined ? this.#answerEarly(request) : this.#app.fetch(request);

  async #answerEarly(request: Request): Promise<Response> {
    if (isHealthCheck(request)) return Response.json(this.#health(), { headers: API_HEADERS });
    const app = await this.#opened;
    return app.fetch(request);
  }
}

function isHealthCheck({ method, url }: Request): boolean {
  return method === 'GET' && new URL(url).pathname === '/health';
}
