import { commandNames, commands, programName } from './commands.ts';
import { describeDefault, describeFlag } from './describe.ts';
import { exitCodeRows } from './exit-codes.ts';
import { describeCommand } from './operands.ts';
import { type OptionRow, optionGroups } from './row.ts';
import { environmentName, environmentPrefix, optionRows, takes } from './table.ts';

/** docs/options.md: every option with its default, its environment name and the commands that take it. */
export function renderOptionsPage(): string {
  return [
    '# Commands, options, exit codes',
    '',
    'Made from the table in src/options/table.ts; a test holds the two equal.',
    '',
    '## Commands',
    '',
    ...markdownTable(
      ['command', 'what it does'],
      commandNames.map((name) => [code(`${programName} ${describeCommand(name)}`), commands[name]]),
    ),
    '',
    '## Options',
    '',
    'A flag goes over the environment, and that over the default. An unknown flag, an unknown name that begins with',
    `\`${environmentPrefix}\`, and a value that doesn't fit end the program with exit code 2 before anything is done. An empty`,
    'value in the environment counts as none. A boolean takes `true` or `false` in the environment, and has a `--no-` form.',
    '',
    ...optionGroups.flatMap((group) => {
      const rows = optionRows.map(([, row]) => row).filter((row) => row.group === group);
      return [`### ${group}`, '', ...markdownTable(headings, rows.map(cellsOf)), ''];
    }),
    '## Exit codes',
    '',
    ...markdownTable(
      ['exit code', 'what happened'],
      exitCodeRows.map(({ code, meaning }) => [String(code), meaning]),
    ),
    '',
  ].join('\n');
}

const headings = ['option', 'default', 'environment', 'commands', 'what for'];

function cellsOf(row: OptionRow): readonly string[] {
  const names = [environmentName(row), row.convention?.variable].filter((name) => name !== undefined);
  const value = describeDefault(row);
  const takers = commandNames.filter((name) => takes(name, row));
  return [
    code(describeFlag(row)),
    value === undefined ? '' : code(value),
    names.map(code).join(', '),
    takers.length === commandNames.length ? 'all' : takers.map(code).join(', '),
    row.help,
  ];
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A bar separates cells, also within code, so it is escaped. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
