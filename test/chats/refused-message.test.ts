import { expect, it } from 'vitest';
import { createBootedHome, startInProcess } from '../support/start-in-process.ts';

it('leaves a message unaccepted whose image is refused', async () => {
  const engine = await startInProcess(await createBootedHome());
  const [chat] = (await engine.chats.list()).chats;
  const images = [{ type: 'image' as const, source: { type: 'url' as const, url: 'file:///etc/passwd' } }];
  const sent = engine.messages.send(chat!.id, { message: 'look', images });
  await expect(sent).rejects.toMatchObject({ code: 'IMAGE_REFUSED', status: 422 });
  expect((await engine.chats.get(chat!.id)).chat).toEqual(chat);
});
