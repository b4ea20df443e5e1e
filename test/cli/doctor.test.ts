import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLAUDE_PROBE, CODEX_PROBE } from '../../src/cli/doctor/agents.ts';
import { bad, doubtful, good, type Check } from '../../src/cli/doctor/check.ts';
import { createChecks } from '../../src/cli/doctor/checks.ts';
import { doctor } from '../../src/cli/doctor/doctor.ts';
import { examineLogin } from '../../src/cli/doctor/logins.ts';
import { examineCloudInit, examineDisk, examineHome } from '../../src/cli/doctor/places.ts';
import { examineNode, examineProgram } from '../../src/cli/doctor/programs.ts';
import { readSettings } from '../../src/cli/doctor/settings.ts';
import { createPaths } from '../../src/environment/paths.ts';
import { examineControlPlane, examineCollector } from '../../src/cli/doctor/upstreams.ts';
import { listenInTest } from '../support/loopback.ts';
import { openTestTerminal } from './stand-in.ts';

const GIT: Check = { name: 'git', examine: () => good('2.39') };
const GH: Check = { name: 'gh', examine: () => doubtful('not found', 'Install it.') };
const DISK: Check = { name: 'disk', examine: async () => bad('full', 'Make room.') };

describe('doctor', () => {
  it('shows each check with its remedy and fails when one is bad', async () => {
    const terminal = openTestTerminal();

    expect(await doctor(terminal, { checks: [GIT, GH, DISK], json: false })).toBe(1);
    expect(terminal.printed()).toBe(
      '✔ git            2.39\n' +
        '! gh             not found\n                 → Install it.\n' +
        '✘ disk           full\n                 → Make room.\n' +
        '\n1 of 3 checks failed.\n',
    );
  });

  it('does not fail for what an engine can do without', async () => {
    expect(await doctor(openTestTerminal(), { checks: [GIT, GH], json: false })).toBe(0);
  });

  it('gives the same as JSON', async () => {
    const terminal = openTestTerminal();

    expect(await doctor(terminal, { checks: [GIT, DISK], json: true })).toBe(1);
    expect(JSON.parse(terminal.printed())).toEqual({
      ok: false,
      checks: [
        { name: 'git', state: 'good', text: '2.39' },
        { name: 'disk', state: 'bad', text: 'full', remedy: 'Make room.' },
      ],
    });
  });

  it('looks at everything even when the environment is wrong', () => {
    const names = createChecks(openTestTerminal({ env: { PORT: 'x' } })).map(({ name }) => name);

    expect(names).toEqual(expect.arrayContaining(['environment', 'git', 'claude', 'codex', 'home', 'port']));
  });
});

it('looks at the trial engine of its folder, with the programs and the secret of that', async () => {
  const folder = await createHome();
  const env = {
    REPLICAS_ENGINE_SECRET: 's',
    WORKSPACE_ID: 'dev',
    MONOLITH_URL: 'http://x',
    CLAUDE_PATH: '/c',
  };
  await mkdir(join(folder, '.replicas-dev'));
  await writeFile(join(folder, '.replicas-dev', 'engine-environment.json'), JSON.stringify(env));
  const terminal = openTestTerminal({ folder, env: { PATH: '/bin' } });

  const { environment, finding, secret } = readSettings(terminal);

  expect(finding).toEqual(
    good(`valid, workspace dev, of \`replicas-engine dev\` in ${folder}/.replicas-dev`),
  );
  expect(environment).toMatchObject({
    CLAUDE_PATH: '/c',
    MONOLITH_URL: 'http://x',
    ambient: { PATH: '/bin' },
  });
  expect(secret).toBe('s');
});

describe('a talk with an agent', () => {
  it.each([
    [{ id: 'turn/steer', error: { code: -32600, message: 'Invalid request: invalid type: integer' } }, []],
    [
      { id: 'turn/steer', error: { code: -32600, message: 'Invalid request: unknown variant `turn/steer`' } },
      ['the method turn/steer'],
    ],
    [
      {
        method: 'configWarning',
        params: { summary: 'session-flags: `features.instant_interrupt` is ignored.' },
      },
      ['the setting features.instant_interrupt'],
    ],
  ])('finds in %j of Codex what it lacks', (line, lacks) => {
    expect(CODEX_PROBE.read(line)).toEqual({ isAnswer: false, isLast: false, lacks });
  });

  it('finds what Claude Code lacks, and that it answered', () => {
    const say = (response: object) => CLAUDE_PROBE.read({ type: 'control_response', response });
    expect([
      say({ request_id: 'initialize', subtype: 'success' }),
      say({ request_id: 'interrupt', subtype: 'error', error_code: 'unsupported_request' }),
      say({ request_id: 'get_binary_version', subtype: 'success' }),
    ]).toEqual([
      { isAnswer: true, isLast: false, lacks: [] },
      { isAnswer: false, isLast: false, lacks: ['the control request interrupt'] },
      { isAnswer: false, isLast: true, lacks: [] },
    ]);
  });
});

describe('a check', () => {
  it('names all that is wrong with the environment and shows no secret', () => {
    const env = { REPLICAS_ENGINE_SECRET: ' top-secret', PORT: 'x' };
    const { finding } = readSettings(openTestTerminal({ env }));

    expect(finding).toMatchObject({
      state: 'bad',
      text: expect.stringMatching(/SECRET[^]*WORKSPACE_ID[^]*PORT/),
    });
    expect(finding.text).not.toContain('top-secret');
  });

  it.each([
    ['18.20.0', 'bad'],
    ['20.18.3', 'bad'],
    ['20.19.0', 'good'],
    ['22.1.0', 'good'],
  ])('finds Node %s %s', async (version, state) => {
    expect(examineNode(version)).toMatchObject({ state });
  });

  it('finds that a program is missing', async () => {
    const missing = bad('not found', 'Install it.');
    expect(await examineProgram({ command: 'git', searchPath: '/nonexistent', missing })).toEqual(missing);
  });

  it('finds that others can read what the engine keeps', async () => {
    const home = await createHome();
    const { replicas, engine } = createPaths(home);
    await mkdir(engine, { recursive: true });
    await chmod(replicas, 0o755);
    await chmod(engine, 0o700);

    expect(examineHome(createPaths(home))).toEqual(
      doubtful(`${replicas} can be read by others`, `chmod 700 ${replicas}`),
    );
  });

  it('looks at the folder in which a start makes a home that is not there', async () => {
    const home = join(await createHome(), 'missing', 'home');
    expect(examineHome(createPaths(home))).toEqual(good(`${home}, which a start makes`));
    expect((await examineDisk(createPaths(home))).text).toMatch(/^\d+ MiB free$/);
  });

  it('finds that a home cannot be made', () => {
    expect(examineHome(createPaths('/dev/null/home'))).toEqual(
      bad('/dev/null is not writable', 'Give it to this user: chown -R $(id -u) /dev/null'),
    );
  });

  it('finds that a login cannot be read', () => {
    // As long as nobody says from where, it cannot, whoever asks.
    expect(examineLogin({ env: {}, variables: [], files: ['/proc/self/mem'] })).toEqual(
      doubtful('/proc/self/mem cannot be read', 'chown $(id -u) /proc/self/mem'),
    );
  });

  it('finds whether boot would wait for cloud-init, and says how to skip that', async () => {
    const settings = {
      CLOUD_INIT_OUTPUT_LOG: join(await createHome(), 'log'),
      CLOUD_INIT_TIMEOUT_MS: 90_000,
    };
    const file = settings.CLOUD_INIT_OUTPUT_LOG;

    expect(examineCloudInit(settings)).toEqual(
      doubtful(
        `${file} is not there: boot waits for it, for 90 s at most`,
        `Not a machine with cloud-init? touch ${file}, or let CLOUD_INIT_OUTPUT_LOG name a file that is there.`,
      ),
    );
    await writeFile(file, '');
    expect(examineCloudInit(settings)).toEqual(good(file));
  });

  it('finds how much room there is', async () => {
    expect((await examineDisk(createPaths(tmpdir()))).text).toMatch(/^\d+ MiB free$/);
  });

  it('finds whether the control plane answers', async () => {
    const port = await listen('hello');

    expect(await examineControlPlane(`http://user:pass@127.0.0.1:${port}/v1`)).toMatchObject({
      state: 'bad',
    });
    expect(await examineControlPlane(`http://127.0.0.1:${port}/v1`)).toEqual(
      good(`http://127.0.0.1:${port} answers (200)`),
    );
    expect(await examineControlPlane('http://127.0.0.1:1')).toMatchObject({ state: 'bad' });
  });

  it('finds whether a collector of traces answers, which an engine can do without', async () => {
    const port = await listen('hello');

    expect(await examineCollector(`http://127.0.0.1:${port}`)).toEqual(
      good(`http://127.0.0.1:${port} answers (200)`),
    );
    expect(await examineCollector('http://127.0.0.1:1')).toMatchObject({
      state: 'doubtful',
      remedy: 'Check OTEL_EXPORTER_OTLP_ENDPOINT, and that a collector runs there.',
    });
  });

  it('finds a login, and never says what it is', async () => {
    const home = await createHome();
    const file = join(home, 'login');
    const login = () => examineLogin({ env: { KEY: 'sk-1' }, variables: ['KEY'], files: [file] });

    expect(login()).toEqual(good('from KEY'));
    await writeFile(file, JSON.stringify({ claudeAiOauth: { expiresAt: 1, accessToken: 'sk-2' } }), {
      mode: 0o600,
    });
    expect(login()).toMatchObject({ state: 'doubtful', text: `${file} has expired` });
    await chmod(file, 0o644);
    expect(login()).toMatchObject({ text: `${file} can be read by others` });
  });
});

async function createHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

/** Answers everything with this text; returns the port. */
async function listen(text: string): Promise<number> {
  return (await listenInTest(createServer((_request, response) => response.end(text)))).port;
}
