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
      environments.map(({ WORKSPACE_ID, REPLICA_LOG_URL }) => [WORKSPACE_ID, REPLICA_LOG_URL?.nodes]),
    ).toEqual([
      ['workspace-1', [{ host: 'redis', port: 6379 }]],
      ['workspace-2', [{ host: 'redis', port: 6379 }]],
    ]);
    expect(engines.map((engine) => engine.volumes)).toEqual([
      ['workspace-1:/home/node'],
      ['workspace-2:/home/node'],
    ]);
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

    expect(used.map((volume) => volume.split(':')[0])).toEqual(Object.keys(volumes));
    for (const { build } of engines)
      expect(existsSync(resolve(ROOT, 'docs/deploy', build!.context, build!.dockerfile))).toBe(true);
  });
});
