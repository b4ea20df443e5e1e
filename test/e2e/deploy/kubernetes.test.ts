import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as core from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
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
    const variables = engine().env?.map(({ name, value }) => [name, value ?? 'from-the-secret']) ?? [];

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
