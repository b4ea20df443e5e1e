import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseEnvironment } from '../../src/environment/engine-env.ts';
import { deployFile, ROOT } from '../e2e/deploy/deploy-files.ts';

/** What of a compose file these services use; anything else is a mistake. */
const ComposeSchema = z.strictObject({
  name: z.string(),
  'x-engine': z.unknown(),
  'x-environment': z.unknown(),
  services: z.record(
    z.string(),
    z.strictObject({
      image: z.string().optional(),
      command: z.string().optional(),
      build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
      depends_on: z
        .record(z.string(), z.strictObject({ condition: z.literal('service_healthy') }))
        .optional(),
      environment: z.record(z.string(), z.string()).optional(),
      healthcheck: z
        .strictObject({
          test: z.array(z.string()),
          interval: z.string(),
          timeout: z.string(),
          retries: z.number(),
        })
        .optional(),
      ports: z.array(z.string()).optional(),
      profiles: z.array(z.string()).optional(),
      restart: z.enum(['on-failure', 'always', 'unless-stopped']).optional(),
      stop_grace_period: z.string().optional(),
      volumes: z.array(z.string()).optional(),
    }),
  ),
  volumes: z.record(z.string(), z.null()),
});

const { services, volumes } = ComposeSchema.parse(parse(deployFile('compose.yaml'), { merge: true }));
const engines = Object.values(services).filter(({ build }) => build !== undefined);

describe('the compose file', () => {
  it('gives each engine what it needs to start, a workspace and a home of its own', () => {
    const environments = engines.map(({ environment = {} }) =>
      parseEnvironment(
        Object.fromEntries(
          Object.entries(environment).map(([name, value]) => [
            name,
            value.replace(/^\$\{\w+:-(.*)\}$/, '$1'),
          ]),
        ),
      ),
    );

    expect(
      environments.map(({ WORKSPACE_ID, REPLICA_LOG_URL, ARCHIVE_URL }) => [
        WORKSPACE_ID,
        REPLICA_LOG_URL?.nodes,
        ARCHIVE_URL,
      ]),
    ).toEqual(
      ['workspace-1', 'workspace-2', 'workspace-1'].map((name) => [
        name,
        [{ host: 'redis', port: 6379 }],
        { kind: 'file', folder: '/archive' },
      ]),
    );
    expect(engines.map((engine) => engine.volumes)).toEqual([
      ['workspace-1:/home/node', 'archive:/archive'],
      ['workspace-2:/home/node', 'archive:/archive'],
      ['workspace-1-elsewhere:/home/node', 'archive:/archive'],
    ]);
  });

  it('starts the first workspace on another machine only when asked to', () => {
    expect(services['engine-1-elsewhere']?.profiles).toEqual(['elsewhere']);
  });

  it('has Redis keep what it acknowledges, and the engines wait for it', () => {
    expect(services['redis']?.command).toMatch(
      /^redis-server --appendonly yes --appendfsync always .*--maxmemory-policy noeviction$/,
    );
    expect(engines.every(({ depends_on: needs }) => needs?.['redis'] !== undefined)).toBe(true);
    expect(services['redis']?.healthcheck).toBeDefined();
  });

  it('names files and volumes that are there', () => {
    const used = Object.values(services).flatMap((service) => service.volumes ?? []);

    expect(new Set(used.map((volume) => volume.split(':')[0]))).toEqual(new Set(Object.keys(volumes)));
    for (const { build } of engines)
      expect(existsSync(resolve(ROOT, 'docs/deploy', build!.context, build!.dockerfile))).toBe(true);
  });
});
