import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { MACHINES } from '../../src/inspector/charts/machines.ts';
import { launchEngine } from '../support/engine-process.ts';
import { createTemporaryHome } from '../support/temporary-home.ts';

it('writes every statechart as JSON, Mermaid and SVG, and says where', async () => {
  const folder = await createTemporaryHome();
  onTestFinished(() => folder.remove());
  const charts = join(folder.path, 'charts');

  const command = launchEngine({ PATH: process.env['PATH'] }, { command: ['machines', 'export', charts] });

  expect(await command.exited).toEqual({ code: 0, signal: null });
  const files = Object.keys(MACHINES).flatMap((name) => [`${name}.json`, `${name}.mmd`, `${name}.svg`]);
  expect((await readdir(charts)).toSorted()).toEqual(files.toSorted());
  expect(command.logs()).toContain(`${join(charts, 'boot.svg')}\n`);
  const drawings = [join(charts, 'chat.svg'), 'docs/machines/chat.svg'];
  const [exported, documented] = await Promise.all(drawings.map((file) => readFile(file, 'utf8')));
  expect(exported).toBe(documented);
});
