import { type CommandName, commandNames, commands, programName } from './commands.ts';
import { describeDefault, describeFlag } from './describe.ts';
import { exitCodeRows } from './exit-codes.ts';
import { describeCommand, operandOf } from './operands.ts';
import { type OptionRow, optionGroups } from './row.ts';
import { optionRows, rowFor, takes } from './table.ts';

const width = 100;
const indent = 2;
/** Where the second column begins, unless the first one needs less. */
const widestFirst = 34;

/** The usage text of the program: its commands and exit codes. */
export function programHelp(): string {
  return [
    `${programName}: one file that turns a Kubernetes or k3s node into a running EdgeX Foundry.`,
    '',
    `Usage: ${programName} COMMAND [OPTIONS]`,
    '',
    'Commands',
    ...columns(commandNames.map((name) => [name, commands[name].split(' ')])),
    '',
    ...exitCodes(),
    '',
    `\`${programName} COMMAND --help\` shows the options of a command.`,
    '',
  ].join('\n');
}

/** The usage text of a command: its options by group, with their defaults, and the exit codes. */
export function commandHelp(command: CommandName): string {
  const rows = optionRows.filter(([, row]) => takes(command, row)).map(([, row]) => rowFor(row, command));
  const groups = optionGroups.flatMap((group) => {
    const own = rows.filter((row) => row.group === group);
    return own.length === 0 ? [] : [group, ...columns(own.map((row) => [describeFlag(row), describe(row)])), ''];
  });
  return [
    `${programName} ${command}: ${commands[command]}.`,
    '',
    `Usage: ${programName} ${describeCommand(command)} [OPTIONS]`,
    '',
    ...operandHelp(command),
    ...groups,
    'In the environment --some-option is EDGEX_BOOT_SOME_OPTION; a flag goes over it.',
    '',
    ...exitCodes(),
    '',
  ].join('\n');
}

function operandHelp(command: CommandName): readonly string[] {
  const operand = operandOf(command);
  return operand ? [...columns([[operand.placeholder, operand.help.split(' ')]]), ''] : [];
}

function describe(row: OptionRow): readonly string[] {
  const value = describeDefault(row);
  return [...row.help.split(' '), ...(value === undefined ? [] : [`[default: ${value}]`])];
}

function exitCodes(): readonly string[] {
  return ['Exit codes', ...columns(exitCodeRows.map(({ code, meaning }) => [String(code), meaning.split(' ')]))];
}

/** Two columns; the second is broken between words, and begins a line lower when the first leaves it no room. */
function columns(rows: readonly (readonly [string, readonly string[]])[]): readonly string[] {
  const first = Math.min(widestFirst, Math.max(...rows.map(([left]) => left.length)));
  const margin = indent + first + indent;
  return rows.flatMap(([left, right]) => {
    const lines = breakLines(right, width - margin).map((line) => `${' '.repeat(margin)}${line}`);
    const head = `${' '.repeat(indent)}${left}`;
    if (left.length > first) return [head, ...lines];
    const [line = '', ...rest] = lines;
    return [head.padEnd(margin) + line.slice(margin), ...rest];
  });
}

function breakLines(words: readonly string[], room: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
