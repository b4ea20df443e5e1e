import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { SHELLS, toCompletion } from '../../src/cli/completion.ts';

function program(): Command {
  const tool = new Command('tool').description('A tool.');
  tool.command('run').alias('go').description("what's to run").option('--port <port>', 'where');
  tool.command('hooks').command('check').option('-f, --force', 'do it');
  tool.command('secret', { hidden: true });
  return tool;
}

describe('completion', () => {
  it.each(SHELLS)('of %s knows each command and option that help shows, and no other', (shell) => {
    const script = toCompletion(program(), shell);

    for (const word of ['run', 'go', 'hooks', 'check', 'port', 'force', 'help'])
      expect(script).toContain(word);
    expect(script).not.toContain('secret');
  });

  it('of fish describes them', () => {
    expect(toCompletion(program(), 'fish').split('\n')).toEqual(
      expect.arrayContaining([
        "complete -c tool -n 'not __fish_seen_subcommand_from run go hooks help' -f -a go -d 'what\\'s to run'",
        "complete -c tool -n '__fish_seen_subcommand_from go' -l port -r -d 'where'",
        "complete -c tool -n '__fish_seen_subcommand_from hooks; and __fish_seen_subcommand_from check' -l force -d 'do it'",
      ]),
    );
  });
});
