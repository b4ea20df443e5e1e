import { describe, expect, it } from 'vitest';
import { archiveTargetOf, describeArchive } from '../../src/environment/archive-variables.ts';
import { agentEnvironment, parseEnvironment, type Environment } from '../../src/environment/engine-env.ts';

const REQUIRED = {
  REPLICAS_ENGINE_SECRET: 's3cret',
  WORKSPACE_ID: 'w1',
  MONOLITH_URL: 'https://monolith.test',
};
const AWS = {
  AWS_ACCESS_KEY_ID: 'AKIA',
  AWS_SECRET_ACCESS_KEY: 'aws-secret',
  AWS_SESSION_TOKEN: 'aws-token',
};

const targetOf = (environment: Environment) =>
  archiveTargetOf(parseEnvironment({ ...REQUIRED, ...environment }));

describe('the archive', () => {
  it('is none unless it is asked for', () => {
    expect(targetOf(AWS)).toBeNull();
  });

  it('lies in S3, by the usual variables of AWS', () => {
    expect(targetOf({ ...AWS, ARCHIVE_URL: 's3://bucket/some//where/', AWS_REGION: 'eu-west-1' })).toEqual({
      kind: 's3',
      bucket: 'bucket',
      prefix: 'some/where',
      access: {
        endpoint: 'https://s3.eu-west-1.amazonaws.com',
        region: 'eu-west-1',
        accessKeyId: 'AKIA',
        secretAccessKey: 'aws-secret',
        sessionToken: 'aws-token',
      },
    });
  });

  it('lies in an S3 elsewhere, of which it may have the key alone', () => {
    const target = targetOf({
      ...AWS,
      ARCHIVE_URL: 's3://bucket',
      AWS_ENDPOINT_URL: 'https://all.test',
      AWS_ENDPOINT_URL_S3: 'https://s3.test',
      ARCHIVE_ACCESS_KEY_ID: 'own',
      ARCHIVE_SECRET_ACCESS_KEY: 'own-secret',
    });

    expect(target).toEqual({
      kind: 's3',
      bucket: 'bucket',
      prefix: '',
      access: {
        endpoint: 'https://s3.test',
        region: 'us-east-1',
        accessKeyId: 'own',
        secretAccessKey: 'own-secret',
      },
    });
  });

  it('lies in a folder', () => {
    expect(targetOf({ ARCHIVE_URL: 'file:///mnt/an%20archive' })).toEqual({
      kind: 'file',
      folder: '/mnt/an archive',
    });
  });

  it.each([
    'https://bucket',
    's3://',
    's3://B',
    's3://user:pass@bucket',
    's3://bucket/../other',
    's3://bucket/a b',
    'file://host/folder',
    'file:relative',
    '/folder',
  ])('is not %s, which is not shown', (url) => {
    expect(() => targetOf({ ...AWS, ARCHIVE_URL: url })).toThrow(
      /ARCHIVE_URL must be s3:\/\/bucket, s3:\/\/bucket\/prefix or file:\/\/\/folder$/m,
    );
  });

  it('in S3 needs a key', () => {
    const { AWS_SECRET_ACCESS_KEY: _, ...half } = AWS;

    expect(() => targetOf({ ...half, ARCHIVE_URL: 's3://bucket' })).toThrow(
      'ARCHIVE_URL needs AWS_ACCESS_KEY_ID',
    );
    expect(() => targetOf({ ...AWS, ARCHIVE_URL: 's3://bucket', ARCHIVE_ACCESS_KEY_ID: 'own' })).toThrow(
      'ARCHIVE_SECRET_ACCESS_KEY',
    );
  });

  it('is described without its key', () => {
    const target = targetOf({ ...AWS, ARCHIVE_URL: 's3://bucket/some/where' });

    expect(target && describeArchive(target)).toBe(
      's3://bucket/some/where at https://s3.us-east-1.amazonaws.com',
    );
  });
});

describe('agents', () => {
  const given = (environment: Environment) =>
    agentEnvironment(parseEnvironment({ ...REQUIRED, ...environment }));

  it('do not get the key of the archive', () => {
    const keys = Object.keys(given({ ...AWS, ARCHIVE_URL: 's3://bucket', AWS_REGION: 'eu-west-1' }));

    expect(keys.filter((name) => /AWS|ARCHIVE/.test(name))).toEqual(['AWS_REGION']);
  });

  it('keep a key of AWS that is not the one of the archive', () => {
    const own = { ARCHIVE_ACCESS_KEY_ID: 'own', ARCHIVE_SECRET_ACCESS_KEY: 'own-secret' };

    expect(given({ ...AWS, ARCHIVE_URL: 'file:///mnt' })).toMatchObject(AWS);
    expect(given({ ...AWS, ...own, ARCHIVE_URL: 's3://bucket' })).toMatchObject(AWS);
    expect(Object.keys(given({ ...AWS, ...own, ARCHIVE_URL: 's3://bucket' }))).not.toContain(
      'ARCHIVE_ACCESS_KEY_ID',
    );
  });
});
