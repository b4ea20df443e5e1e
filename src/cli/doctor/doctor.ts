import { EXIT, type Colors, type Terminal } from '../terminal.ts';
import type { Check, Finding } from './check.ts';

type Named = Finding & { name: string };
const NAME_WIDTH = 14;

/** Looks at everything an engine needs and says what to do about what is missing; fails when it could not work. */
export async function doctor(
  terminal: Terminal,
  { checks, json }: { checks: readonly Check[]; json: boolean },
): Promise<number> {
  const colors = terminal.colors;
  const examined = checks.map(async ({ name, examine }): Promise<Named> => ({ name, ...(await examine()) }));
  const findings: Named[] = [];
  for (const examination of examined) {
    const finding = await examination;
    findings.push(finding);
    if (!json) terminal.print(toLines(finding, colors));
  }
  const isWell = findings.every(({ state }) => state !== 'bad');
  if (json) terminal.print(`${JSON.stringify({ ok: isWell, checks: findings }, null, 2)}\n`);
  else terminal.print(`\n${conclusionOf(findings, colors)}\n`);
  return isWell ? EXIT.DONE : EXIT.FAILED;
}

function toLines({ name, state, text, remedy }: Named, colors: Colors): string {
  const sign = { good: colors.green('✔'), doubtful: colors.yellow('!'), bad: colors.red('✘') }[state];
  const indent = ' '.repeat(NAME_WIDTH + 3);
  const shown = text.replaceAll('\n', `\n${indent}`);
  return `${sign} ${name.padEnd(NAME_WIDTH)} ${shown}\n${remedy === undefined ? '' : `${indent}→ ${remedy}\n`}`;
}

function conclusionOf(findings: readonly Finding[], { green, red, yellow }: Colors): string {
  const count = (wanted: Finding['state']) => findings.filter(({ state }) => state === wanted).length;
  if (count('bad') > 0) return red(`${count('bad')} of ${findings.length} checks failed.`);
  const missing = count('doubtful') === 1 ? 'one thing' : `${count('doubtful')} things`;
  return count('doubtful') > 0 ? yellow(`It works, with ${missing} missing.`) : green('All is well.');
}
