import type { Failure } from '../../contract/chats.ts';
import type { RequestId } from '../json-rpc.ts';
import { AcpFailure, AcpRefusal } from './failures.ts';
import type { FrameOf } from './protocol.ts';

interface Waiting {
  resolve: (result: Record<string, unknown>) => void;
  reject: (reason: unknown) => void;
}

/** Requests to an agent that were not answered yet. */
export class Pending {
  readonly #waiting = new Map<RequestId, Waiting>();

  add(id: string): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  settle({ id, result, refusal }: FrameOf<'response'>): void {
    const waiting = this.#take(id);
    if (refusal === null) waiting?.resolve(result);
    else waiting?.reject(new AcpRefusal(refusal));
  }

  reject(id: RequestId, reason: unknown): void {
    this.#take(id)?.reject(reason);
  }

  rejectAll(failure: Failure): void {
    for (const id of this.#waiting.keys()) this.reject(id, new AcpFailure(failure));
  }

  #take(id: RequestId): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
