import { PreviewListSchema } from '../../contract/previews.ts';
import type { Engine } from '../engine.ts';
import { route } from '../route.ts';

const PreviewList = PreviewListSchema.meta({ id: 'PreviewList' });

const EXAMPLE = {
  previews: [
    {
      port: 5173,
      publicUrl: 'https://5173-w1.preview.example.com',
      createdAt: '2026-01-01T12:00:00.000Z',
      pid: 4242,
      command: 'node node_modules/.bin/vite',
      chatId: null,
    },
  ],
};

export function previewRoutes({ previews }: Pick<Engine, 'previews'>) {
  return [
    route({
      method: 'GET',
      path: '/previews',
      summary: 'The ports on which processes of the workspace listen',
      answers: { 200: { description: 'As they are now, by port.', schema: PreviewList, example: EXAMPLE } },
      handle: async () => ({ previews: await previews.list() }),
    }),
  ];
}
