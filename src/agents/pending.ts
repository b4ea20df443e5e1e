import type { JsonRpcResponse, RequestId } from './json-rpc.ts';

interface Waiting {
  resolve: (result: Record<string, unknown>) => void;
  reject: (reason: unknown) => void;
}

/** Requests to an agent that were not answered yet. */
export class Pending<Refusal> {
  readonly #waiting = new Map<RequestId, Waiting>();
  readonly #toError: (refusal: Refusal) => Error;

  constructor(toError: (refusal: Refusal) => Error) {
    this.#toError = toError;
  }

  add(id: string): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  settle({ id, result, refusal }: JsonRpcResponse<Refusal>): void {
    const waiting = this.#take(id);
    if (refusal === null) waiting?.resolve(result);
    else waiting?.reject(this.#toError(refusal));
  }

  reject(id: RequestId, reason: unknown): void {
    this.#take(id)?.reject(reason);
  }

  rejectAll(reason: Error): void {
    for (const id of this.#waiting.keys()) this.reject(id, reason);
  }

  #take(id: RequestId): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
