import { BootError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { type Origin, placeOf } from '../base/origin.ts';
import { type CommandName, commandNames, programName } from './commands.ts';
import { describeCommand, type Operand, operandOf } from './operands.ts';
import type { OptionRow } from './row.ts';
import { environmentName, environmentPrefix, optionRows, takes } from './table.ts';
import type { Problem } from './values.ts';

/** Every way in which a command line or an environment can be wrong, in the words that people read. */

const rows: readonly OptionRow[] = optionRows.map(([, row]) => row);
const longestShown = 80;

/** A flag that no option has. */
export function unknownOption(rawName: string, command?: CommandName): BootError {
  const candidates = command === undefined ? rows : rows.filter((row) => takes(command, row));
  const nearest = nearestFlag(rawName, candidates) ?? nearestFlag(rawName, rows);
  return usage(rawName, 'there is no such option', nearest ? `Did you mean ${nearest}?` : listed(command));
}

/** An option of other commands. */
export function optionOfOthers(rawName: string, row: OptionRow, command: CommandName): BootError {
  return usage(rawName, `${command} does not take this option`, `It belongs to ${row.commands.join(', ')}.`);
}

/** A flag without the value that it takes. */
export function missingValue(rawName: string, row: OptionRow): BootError {
  const placeholder = 'placeholder' in row ? row.placeholder : 'choices' in row ? row.choices.join('|') : 'VALUE';
  return usage(rawName, 'its value is missing', `Write ${rawName} ${placeholder}.`);
}

/** `-namespace` is read as `-n amespace`, which nobody means. */
export function singleDash(rawName: string): BootError {
  return usage(rawName, 'a long option begins with two dashes', `Write -${rawName}.`);
}

/** A word that is neither a command nor the value of an option. */
export function unexpectedWord(word: string, command: CommandName): BootError {
  const nearest = nearestFlag(word, rows);
  const operand = operandOf(command);
  const cause = operand ? `${command} takes one ${operand.placeholder} and options` : `${command} takes options only`;
  return usage(shown(word), cause, nearest ? `Did you mean ${nearest}?` : listed(command));
}

/** The word that the command is about is missing. */
export function missingOperand(command: CommandName, { placeholder }: Operand): BootError {
  return usage(command, `its ${placeholder} is missing`, `Write ${programName} ${describeCommand(command)}.`);
}

/** A value that doesn't fit its option, with the place where it was given. */
export function wrongValue(origin: Origin, { text, cause, hint }: Problem): BootError {
  return usage(placeOf(origin, shown(text)), cause, hint);
}

/** A name in the environment that begins as ours do. */
export function unknownVariable(name: string): BootError {
  const known = rows.flatMap((row) => environmentName(row) ?? []);
  // The prefix is long: with it, any name would be near to any other.
  const tail = name.slice(environmentPrefix.length);
  const nearest = nearestName(
    tail,
    known.map((each) => each.slice(environmentPrefix.length)),
  );
  return usage(
    name,
    'no option has this name in the environment',
    nearest ? `Did you mean ${environmentPrefix}${nearest}?` : `Known are ${known.join(', ')}.`,
  );
}

/** Words that name no command. */
export function unknownCommand(words: readonly string[]): BootError {
  const nearest = nearestName(words.join(' '), commandNames) ?? nearestName(words[0] ?? '', commandNames);
  return usage(
    shown(words.join(' ')),
    'there is no such command',
    nearest ? `Did you mean ${programName} ${nearest}?` : `The commands are ${commandNames.join(', ')}.`,
  );
}

/** `config` alone, or no command at all. */
export function incompleteCommand(words: readonly string[], choices: readonly CommandName[]): BootError {
  const object = [programName, ...words].join(' ');
  return usage(
    object,
    'a command is missing',
    `Write ${choices.map((name) => `${programName} ${name}`).join(', or ')}.`,
  );
}

function nearestFlag(rawName: string, candidates: readonly OptionRow[]): string | undefined {
  const words = candidates.flatMap(({ flag, type }) => (type === 'boolean' ? [flag, `no-${flag}`] : [flag]));
  const nearest = nearestName(rawName.replace(/^-+/, ''), words);
  return nearest && `--${nearest}`;
}

function listed(command: CommandName | undefined): string {
  return `\`${[programName, command ?? 'COMMAND', '--help'].join(' ')}\` lists the options.`;
}

function shown(text: string): string {
  if (text === '') return '""';
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

function usage(object: string, cause: string, hint: string): BootError {
  return new BootError({ exit: 'usage', object, cause, hint });
}
