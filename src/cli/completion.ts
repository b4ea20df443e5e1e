/** What a shell completes of the command line, made of the definitions of its commands. */
import type { Command, Help, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type CompletedShell = (typeof SHELLS)[number];

/** A command with the words that lead to it: none for the program itself. */
interface Place {
  path: readonly string[];
  commands: readonly Command[];
  options: readonly Option[];
  /** Of its arguments, where there are few. */
  choices: readonly string[];
}

export function toCompletion(program: Command, shell: CompletedShell): string {
  const places = placesOf(program, [], program.createHelp());
  if (shell === 'fish') return toFish(program.name(), places);
  return shell === 'zsh' ? `${BASH_IN_ZSH}${toBash(program.name(), places)}` : toBash(program.name(), places);
}

function placesOf(command: Command, path: readonly string[], help: Help): Place[] {
  const commands = help.visibleCommands(command);
  const below = commands.flatMap((each) =>
    namesOf(each).flatMap((name) => placesOf(each, [...path, name], help)),
  );
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  return [{ path, commands, options: help.visibleOptions(command), choices }, ...below];
}

function namesOf(command: Command): string[] {
  return [command.name(), ...command.aliases()];
}

const BASH_IN_ZSH = 'autoload -U +X compinit bashcompinit && compinit && bashcompinit\n';

/** Where nothing fits, and behind an option that takes a value, file names are completed. */
function toBash(name: string, places: readonly Place[]): string {
  const known = places.slice(1).map(({ path }) => `'${path.join(' ')}'`);
  const words = ({ commands, options, choices }: Place) => [
    ...commands.flatMap(namesOf),
    ...choices,
    ...options.flatMap(({ long }) => long ?? []),
  ];
  const taking = places.flatMap(({ options }) => options.filter(({ required }) => required));
  const valued = [...new Set(taking.flatMap(({ long }) => long ?? []))];
  return `_replicas_engine() {
  local path='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${path:+$path }\${COMP_WORDS[i]}" in
      ${known.join(' | ')}) path="\${path:+$path }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path" in
${places.map((place) => `    '${place.path.join(' ')}') words='${words(place).join(' ')}' ;;\n`).join('')}  esac
  case "\${COMP_WORDS[COMP_CWORD - 1]}" in
    ${valued.join(' | ')}) words='' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _replicas_engine ${name}
`;
}

function toFish(name: string, places: readonly Place[]): string {
  return places
    .flatMap(({ path, commands, options, choices }) => {
      const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
      const below = commands.flatMap(namesOf).join(' ');
      const here = [...seen, ...(below === '' ? [] : [`not __fish_seen_subcommand_from ${below}`])].join(
        '; and ',
      );
      const rule = `complete -c ${name} -n '${here}'`;
      return [
        ...commands.flatMap((each) =>
          namesOf(each).map((word) => `${rule} -f -a ${word} -d ${quote(each.description())}`),
        ),
        ...(choices.length > 0 ? [`${rule} -f -a ${quote(choices.join(' '))}`] : []),
        ...options.flatMap(({ long, required, description }) =>
          long ? [`${rule} -l ${long.slice(2)}${required ? ' -r' : ''} -d ${quote(description)}`] : [],
        ),
      ];
    })
    .join('\n')
    .concat('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
