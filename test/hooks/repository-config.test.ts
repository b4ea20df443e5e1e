import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  describeProblems,
  describeWarnings,
  readRepositoryConfig,
} from '../../src/hooks/repository-config.ts';
import { collectSystemPrompts } from '../../src/hooks/plan-hooks.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('the configuration of a repository', () => {
  it('is absent without a file', () => {
    expect(readRepositoryConfig(folder)).toEqual({ state: 'absent' });
  });

  it('has defaults for what a hook does not say, and tolerates keys it does not know', async () => {
    await write('replicas.json', '{"startHook":{"commands":["a"],"shell":"zsh"},"ports":[80],"copy":["x"]}');

    expect(readRepositoryConfig(folder)).toEqual({
      state: 'valid',
      file: 'replicas.json',
      config: {
        startHook: { commands: ['a'], timeout: 300_000, separate: true, shell: 'zsh' },
        ports: [80],
        copy: ['x'],
      },
    });
  });

  it('is read from the first file there is: json, yaml, yml', async () => {
    await write('replicas.yml', 'systemPrompt: from yml');
    expect(promptOf()).toBe('from yml');
    await write('replicas.yaml', 'systemPrompt: |\n  from yaml\n');
    expect(promptOf()).toBe('from yaml\n');
    await write('replicas.json', '{"systemPrompt":"from json"}');
    expect(promptOf()).toBe('from json');
  });

  it('may be an empty YAML file, and may begin with a byte order mark', async () => {
    await write('replicas.yaml', '# nothing yet\n');
    expect(readRepositoryConfig(folder)).toEqual({ state: 'valid', file: 'replicas.yaml', config: {} });
    await write('replicas.json', '\uFEFF{}');
    expect(readRepositoryConfig(folder)).toEqual({ state: 'valid', file: 'replicas.json', config: {} });
  });

  it.each([
    ['{"starthook":{"commands":["a"]}}', ['replicas.json: starthook: unknown key; did you mean startHook?']],
    [
      '{"start_hook":{"commands":["a"]}}',
      ['replicas.json: start_hook: unknown key; did you mean startHook?'],
    ],
    [
      '{"warmHook":{"commands":["a"],"timeuot":1}}',
      ['replicas.json: warmHook.timeuot: unknown key; did you mean timeout?'],
    ],
    [
      '{"systemPrompts":"a","startHook":{"commands":[],"copy":1}}',
      ['replicas.json: systemPrompts: unknown key; did you mean systemPrompt?'],
    ],
    ['{"copy":[],"ports":[],"startHook":{"commands":[],"shell":"zsh"}}', []],
  ])('warns of keys that are most likely misspelt, and is valid: %s', async (text, warnings) => {
    await write('replicas.json', text);

    const reading = readRepositoryConfig(folder);

    expect(reading.state).toBe('valid');
    expect(describeWarnings(reading)).toBe(warnings.join('\n'));
  });

  it('names what is missing, and what was most likely meant by it', async () => {
    await write('replicas.json', '{"startHook":{"comands":["a"]}}');

    const reading = readRepositoryConfig(folder);

    expect(reading.state === 'invalid' && describeProblems(reading).split('\n')).toEqual([
      'replicas.json: startHook.commands: is missing, a list is expected',
      'replicas.json: startHook.comands: unknown key; did you mean commands?',
    ]);
  });

  it.each([
    ['replicas.json', 'hidden:x:0:0'],
    ['replicas.json', '{"a": hidden}'],
    ['replicas.yaml', 'hidden: [a, b'],
    ['replicas.yaml', 'a: *hidden'],
    ['replicas.yaml', '"b" hidden: : a'],
  ])('never shows what stands in a file that cannot be read: %s, %s', async (file, text) => {
    await write('elsewhere', text);
    await symlink(join(folder, 'elsewhere'), join(folder, file));

    const reading = readRepositoryConfig(folder);

    expect(reading.state).toBe('invalid');
    expect(JSON.stringify(reading)).not.toContain('hidden');
  });

  it.each([
    ['{"startHook":{"commands":"npm ci"}}', ['startHook.commands: must be a list']],
    ['{"startHook":{"commands":["a",1]}}', ['startHook.commands[1]: must be a text']],
    [
      '{"warmHook":{"commands":[" "],"timeout":"5s"}}',
      ['warmHook.commands[0]: must be a command, not an empty text', 'warmHook.timeout: must be a number'],
    ],
    ['{"startHook":{}}', ['startHook.commands: is missing, a list is expected']],
    ['{"startHook":{"commands":[],"timeout":0}}', ['startHook.timeout: must be more than 0']],
    ['[]', ['must be an object']],
  ])('names each place that is wrong: %s', async (text, problems) => {
    await write('replicas.json', text);

    expect(problemsOf()).toBe(problems.map((problem) => `replicas.json: ${problem}`).join('\n'));
  });

  it('says where the text stops being JSON or YAML', async () => {
    await write('replicas.yaml', 'startHook: {commands: [a');
    expect(problemsOf()).toMatch(/^replicas\.yaml: expected YAML, wrong at line 1 column \d+$/);
    await write('replicas.json', '{"startHook": 1 2}');
    expect(problemsOf()).toMatch(/^replicas\.json: expected JSON, wrong at (?:line 1 column|position) \d+$/);
  });

  it.each([
    ['lists in lists', '['.repeat(50_000)],
    ['maps in maps', '{a: '.repeat(50_000)],
    ['items in items', '- '.repeat(50_000)],
  ])('is invalid, and nothing worse, with more %s than anybody can read', async (_, text) => {
    await write('replicas.yaml', text);
    expect(problemsOf()).toBe('replicas.yaml: expected YAML');
  });

  it('is invalid when it is not UTF-8, whose commands would be other ones', async () => {
    await write('replicas.json', Buffer.from('{"startHook":{"commands":["echo \u00e9"]}}', 'latin1'));
    expect(problemsOf()).toBe('replicas.json: expected UTF-8');
  });

  it('prints nothing of what stands in it', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warned.mockRestore());
    await write('replicas.yaml', 'a: !!js/function "hidden"\n? [b, c]\n: 1\n');
    expect(problemsOf()).toBe('valid');
    expect(warned).not.toHaveBeenCalled();
  });

  it('is looked through for misspelt keys up to a limit', async () => {
    const keys = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at]));
    const warningsOf = async (value: object) => {
      await write('replicas.json', JSON.stringify(value));
      return describeWarnings(readRepositoryConfig(folder));
    };
    expect(await warningsOf({ ...keys(199), starthook: {} })).toContain('did you mean startHook?');
    expect(await warningsOf({ ...keys(200), starthook: {} })).toBe('');
    expect(await warningsOf({ [`startHook${' '.repeat(1_000_000)}`]: {} })).toBe('');
  });

  it('is invalid, and waited for by nobody, when it is no file', async () => {
    await execa('mkfifo', [join(folder, 'replicas.json')]);
    expect(problemsOf()).toBe('replicas.json: expected a file');
    await rm(join(folder, 'replicas.json'));
    await mkdir(join(folder, 'replicas.json'));
    expect(problemsOf()).toBe('replicas.json: expected a file');
  });
});

describe('system prompts', () => {
  it('of all repositories are joined under their names; what is invalid or silent is left out', async () => {
    const repositories = ['loud', 'broken', 'silent', 'wide'].map((name) => ({
      name,
      folder: join(folder, name),
    }));
    for (const repository of repositories) await mkdir(repository.folder);
    await write('loud/replicas.json', '{"systemPrompt":"Use tabs.\\n"}');
    await write('broken/replicas.json', '{"systemPrompt":1}');
    await write('wide/replicas.yml', 'systemPrompt: Use spaces.');

    expect(collectSystemPrompts(repositories)).toBe(
      '# Instructions of the repository loud\n\nUse tabs.\n\n# Instructions of the repository wide\n\nUse spaces.',
    );
    expect(collectSystemPrompts([])).toBeUndefined();
  });
});

function write(file: string, text: string | Buffer): Promise<void> {
  return writeFile(join(folder, file), text);
}

function promptOf(): string | undefined {
  const reading = readRepositoryConfig(folder);
  return reading.state === 'valid' ? reading.config.systemPrompt : undefined;
}

function problemsOf(): string {
  const reading = readRepositoryConfig(folder);
  return reading.state === 'invalid' ? describeProblems(reading) : reading.state;
}
