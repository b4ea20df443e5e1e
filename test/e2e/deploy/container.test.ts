import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listenInTest } from '../../support/loopback.ts';
import { ROOT, deployFile, deployPath } from './deploy-files.ts';

const PackageSchema = z.looseObject({ devDependencies: z.record(z.string(), z.string()) });

describe('the Dockerfile', () => {
  it('is valid', () => {
    expect(validate(deployFile('Dockerfile'))).toEqual([]);
  });

  it('copies what is there, and what its ignore file lets through', () => {
    const sources = copiedSources();

    expect(sources.filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
    expect(sources.filter((source) => !isLetThrough(source))).toEqual([]);
    expect(sources).toContain('src');
  });

  it.each([deployFile('Dockerfile'), deployFile('cloud-init.yaml')])(
    'installs the agents that the engine is tested with',
    (text) => {
      const { devDependencies } = PackageSchema.parse(
        JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')),
      );
      for (const name of ['@anthropic-ai/claude-code', '@openai/codex'])
        expect(text).toContain(`${name}@${devDependencies[name]}`);
    },
  );

  it('does not make the engine PID 1', () => {
    expect(deployFile('Dockerfile')).toContain('ENTRYPOINT ["tini", "--", "replicas-engine"]');
  });
});

describe('the script that waits for agents', () => {
  it('ends as soon as no chat is at work', async () => {
    const answers = [2, 1, 0];
    const asked: string[] = [];
    const port = await serve((secret) => {
      asked.push(secret);
      return JSON.stringify({ chatsTotal: 3, chatsProcessing: answers.shift() ?? 0 });
    });

    await drain(port, 60);

    expect(asked).toEqual(['s3cret', 's3cret', 's3cret']);
  });

  it('ends when there is no engine, and when the time is up', async () => {
    const port = await serve(() => '{"chatsProcessing":1}');

    await drain(1, 60);
    await drain(port, 1);
  });
});

function copiedSources(): string[] {
  const lines = deployFile('Dockerfile').split('\n');
  const copies = lines.filter((line) => line.startsWith('COPY') && !line.includes('--from='));
  return copies.flatMap((line) => line.split(' ').slice(1, -1)).filter((word) => !word.startsWith('--'));
}

function isLetThrough(source: string): boolean {
  const allowed = deployFile('Dockerfile.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'));
  return allowed.some((line) => {
    const [folder = '', ending] = line.slice(1).split('*');
    return ending === undefined ? source === folder : source.startsWith(folder) && source.endsWith(ending);
  });
}

async function serve(answer: (secret: string) => string): Promise<number> {
  const server = createServer((request, response) => {
    response.end(answer(String(request.headers['x-replicas-engine-secret'])));
  });
  return (await listenInTest(server)).port;
}

async function drain(port: number, seconds: number): Promise<void> {
  const env = { PORT: String(port), REPLICAS_ENGINE_SECRET: 's3cret' };
  await execa(deployPath('drain.sh'), [String(seconds)], { env });
}
