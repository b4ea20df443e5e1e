import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as core from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseEnvironment } from '../../../src/environment/engine-env.ts';
import { deployFile } from './deploy-files.ts';

/** What the engine may take to end, in seconds. */
const STOPPING_SECONDS = 10;

const KINDS: Record<string, new (document: never) => { validate(): void }> = {
  Secret: core.Secret,
  Service: core.Service,
  StatefulSet: apps.StatefulSet,
  NetworkPolicy: networking.NetworkPolicy,
};

describe('the manifests of Kubernetes', () => {
  it('are valid', () => {
    const documents = manifests();

    expect(documents.map(({ kind }) => kind)).toEqual(['Secret', 'Service', 'StatefulSet', 'NetworkPolicy']);
    for (const document of documents) validate(document);
  });

  it('are held to their schemas', () => {
    const wrong = { ...statefulSet(), kind: 'StatefulSet', spec: { replicas: 'one' } };

    expect(() => validate(wrong)).toThrow('replicas');
  });

  it('run one pod per workspace, on a volume that stays', () => {
    const { spec } = statefulSet();

    expect(spec).toMatchObject({
      replicas: 1,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [{ spec: { accessModes: ['ReadWriteOncePod'] } }],
    });
  });

  it('ask /health, and nothing that needs the secret', () => {
    const { startupProbe, readinessProbe, livenessProbe } = engine();

    for (const probe of [startupProbe, readinessProbe, livenessProbe])
      expect(probe?.httpGet).toEqual({ path: '/health', port: 'http' });
  });

  it('give an engine what it needs to start', () => {
    const { stringData = {} } = manifests().find(({ kind }) => kind === 'Secret') as core.ISecret;
    const variables = engine().env?.map(({ name, value }) => [name, value ?? stringData[name]]) ?? [];

    expect(parseEnvironment(Object.fromEntries(variables))).toMatchObject({
      WORKSPACE_ID: 'workspace-1',
      PORT: engine().ports?.[0]?.containerPort,
    });
  });

  it('leave time for the engine to end after the wait for its agents', () => {
    const waiting = Number(engine().lifecycle?.preStop?.exec?.command?.[1]);

    expect(statefulSet().spec?.template.spec?.terminationGracePeriodSeconds).toBeGreaterThan(
      waiting + STOPPING_SECONDS,
    );
  });
});

const SandboxSchema = z.strictObject({
  apiVersion: z.literal('agents.x-k8s.io/v1beta1'),
  kind: z.literal('Sandbox'),
  metadata: z.strictObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
  spec: z.strictObject({
    operatingMode: z.enum(['Running', 'Suspended']),
    service: z.boolean(),
    podTemplate: z.strictObject({ metadata: z.looseObject({}), spec: z.looseObject({}) }),
    volumeClaimTemplates: z.array(z.strictObject({ metadata: z.looseObject({}), spec: z.looseObject({}) })),
  }),
});

describe('the manifest of a Sandbox', () => {
  const { spec } = SandboxSchema.parse(parseAllDocuments(deployFile('sandbox.yaml'))[0]?.toJS());

  it('has a valid pod and a valid volume', () => {
    for (const [Model, part] of [
      [core.Pod, spec.podTemplate],
      [core.PersistentVolumeClaim, spec.volumeClaimTemplates[0]],
    ] as const)
      new Model(part as never).validate();
  });

  it('runs the engine of the StatefulSet, and gives it what it needs to start', () => {
    const [container] = spec.podTemplate.spec['containers'] as ReturnType<typeof engine>[];
    const { env, envFrom, ...rest } = container!;
    const { env: _, ...expected } = engine();
    const secret = manifests().find(({ kind }) => kind === 'Secret') as core.ISecret;

    expect(rest).toEqual(expected);
    expect(envFrom).toEqual([{ secretRef: { name: secret.metadata?.name } }]);
    const variables = Object.fromEntries(env!.map(({ name, value }) => [name, value]));
    expect(parseEnvironment({ ...secret.stringData, ...variables })).toMatchObject({
      WORKSPACE_ID: 'workspace-1',
      ARCHIVE_URL: { kind: 's3', bucket: 'replicas', prefix: 'archive' },
    });
  });
});

interface Manifest {
  kind: string;
  spec?: object;
}

function manifests(): Manifest[] {
  return parseAllDocuments(deployFile('kubernetes.yaml')).map((document) => document.toJS() as Manifest);
}

function validate(document: Manifest): void {
  const Model = KINDS[document.kind];
  if (Model === undefined) throw new Error(`There is no model of a ${document.kind}.`);
  new Model(document as never).validate();
}

function statefulSet(): apps.IStatefulSet {
  return manifests().find(({ kind }) => kind === 'StatefulSet') as apps.IStatefulSet;
}

function engine() {
  const [container] = statefulSet().spec?.template.spec?.containers ?? [];
  if (container === undefined) throw new Error('The StatefulSet has no container.');
  return container;
}
