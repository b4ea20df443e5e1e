import { describe, expect, it } from 'vitest';
import { Pending } from '../../src/agents/pending.ts';

const response = { kind: 'response' as const, result: {}, refusal: null };

function createPending() {
  return new Pending<string>((refusal) => new Error(`It says: ${refusal}`));
}

describe('a request', () => {
  it('is answered by the response with its id', async () => {
    const pending = createPending();
    const answers = [pending.add('a'), pending.add('b')];
    pending.settle({ ...response, id: 'b', result: { of: 'b' } });
    pending.settle({ ...response, id: 'a', result: { of: 'a' } });
    expect(await Promise.all(answers)).toEqual([{ of: 'a' }, { of: 'b' }]);
  });

  it('fails with the error that is made of its refusal', async () => {
    const pending = createPending();
    const answer = pending.add('a');
    pending.settle({ ...response, id: 'a', refusal: 'no' });
    await expect(answer).rejects.toThrow('It says: no');
  });

  it('fails with the others when the agent is gone; what was answered stays so', async () => {
    const pending = createPending();
    const [answered, ...open] = [pending.add('a'), pending.add('b'), pending.add('c')];
    pending.settle({ ...response, id: 'a' });
    pending.rejectAll(new Error('gone'));
    const gone = { status: 'rejected', reason: new Error('gone') };
    expect(await Promise.allSettled([answered, ...open])).toEqual([
      { status: 'fulfilled', value: {} },
      gone,
      gone,
    ]);
  });
});

it('a response to nothing is passed over', () => {
  expect(() => createPending().settle({ ...response, id: 7 })).not.toThrow();
});
