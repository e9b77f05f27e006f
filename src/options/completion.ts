import { commandNames, commands, programName } from './commands.ts';
import type { OptionRow } from './row.ts';
import { optionRows, takes } from './table.ts';

/** A command with all that may follow it. */
interface Entry {
  readonly name: string;
  readonly flags: readonly string[];
}

const rows: readonly OptionRow[] = optionRows.map(([, row]) => row);
const entries: readonly Entry[] = commandNames.map((name) => ({
  name,
  flags: rows.filter((row) => takes(name, row)).flatMap(flagsOf),
}));
/** Flag to the words that it takes, where these are few. */
const choices = rows.flatMap((row) => (row.type === 'choice' ? [[`--${row.flag}`, row.choices] as const] : []));
/** The options whose value is a file. */
const files = rows.filter((row) => 'placeholder' in row && row.placeholder === 'FILE').map(({ flag }) => `--${flag}`);
const firstWords = [...new Set(commandNames.map((name) => name.split(' ')[0] ?? ''))];

function flagsOf(row: OptionRow): readonly string[] {
  return row.type === 'boolean' && row.default ? [`--${row.flag}`, `--no-${row.flag}`] : [`--${row.flag}`];
}

/** A script that a shell sources, or keeps where it looks for completions. */
export function renderCompletion(shell: 'bash' | 'zsh' | 'fish'): string {
  switch (shell) {
    case 'bash':
      return bash();
    case 'zsh':
      return `#compdef ${programName}\nautoload -U +X bashcompinit && bashcompinit\n${bash()}`;
    case 'fish':
      return fish();
  }
}

function bash(): string {
  const second = firstWords.map((word): [string, string[]] => [
    word,
    commandNames.flatMap((name) => (name.startsWith(`${word} `) ? [name.slice(word.length + 1)] : [])),
  ]);
  return `_edgex_boot() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  case "$previous" in
${choices.map(([flag, each]) => `    ${flag}) words="${each.join(' ')}" ;;`).join('\n')}
    ${files.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  if [ -z "$words" ] && [ "$COMP_CWORD" -eq 1 ]; then words="${firstWords.join(' ')} --help --version"; fi
  if [ -z "$words" ]; then
    case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${entries
  .toSorted((a, b) => b.name.split(' ').length - a.name.split(' ').length)
  .map(({ name, flags }) => `      "${name}"${name.includes(' ') ? '' : '\\ *'}) words="${flags.join(' ')}" ;;`)
  .join('\n')}
    esac
    case "$COMP_CWORD \${COMP_WORDS[1]}" in
${second
  .filter(([, below]) => below.length > 0)
  .map(([word, below]) => `      "2 ${word}") words="$words ${below.join(' ')}" ;;`)
  .join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _edgex_boot ${programName} ./${programName}
`;
}

function fish(): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;
  const heads = firstWords.map((word) => {
    const help = word in commands ? commands[word as keyof typeof commands] : `commands of ${word}`;
    return `complete -c ${programName} -f -n __fish_use_subcommand -a ${word} -d ${quoted(help)}`;
  });
  const options = rows.map((row) => {
    const takers = [...new Set(commandNames.filter((name) => takes(name, row)).map((name) => name.split(' ')[0]))];
    const value =
      row.type === 'boolean' ? '' : row.type === 'choice' ? ` -x -a ${quoted(row.choices.join(' '))}` : ' -r';
    const short = row.short ? ` -s ${row.short}` : '';
    return `complete -c ${programName} -n '__fish_seen_subcommand_from ${takers.join(' ')}' -l ${row.flag}${short}${value} -d ${quoted(row.help)}`;
  });
  return `${[...heads, ...options].join('\n')}\n`;
}
