import { parseArgs } from 'node:util';
import type { CommandName } from './commands.ts';
import { operandOf } from './operands.ts';
import { missingOperand, missingValue, optionOfOthers, singleDash, unexpectedWord, unknownOption } from './problems.ts';
import type { OptionRow } from './row.ts';
import { type OptionKey, optionRows, takes } from './table.ts';
import type { Given } from './values.ts';

/** One part of a command line, with its place in it. */
export type Token =
  | { readonly kind: 'word'; readonly index: number; readonly text: string }
  | OptionToken
  | { readonly kind: 'terminator'; readonly index: number };

export interface OptionToken {
  readonly kind: 'option';
  readonly index: number;
  /** As written: `--databse`, `-n`. */
  readonly rawName: string;
  /** Absent for a flag that no option has. */
  readonly option?: KnownOption;
  readonly value?: string;
  /** The value hangs on the flag: `--namespace=x`, `-nx`. */
  readonly isInline: boolean;
}

export interface KnownOption {
  readonly key: OptionKey;
  readonly row: OptionRow;
  readonly isNegated: boolean;
}

const byFlag = new Map(optionRows.map(([key, row]) => [row.flag, { key, row }]));

const parserOptions = Object.fromEntries(
  optionRows.map(([, { flag, short, type }]) => [
    flag,
    { type: type === 'boolean' ? ('boolean' as const) : ('string' as const), ...(short ? { short } : {}) },
  ]),
);

/** The parts of a command line; nothing is checked yet. */
export function readTokens(args: readonly string[]): readonly Token[] {
  const { tokens } = parseArgs({
    args: args.map((arg, index) => withBareValue(arg, args[index + 1])),
    options: parserOptions,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.map((token): Token => {
    const { kind, index } = token;
    if (kind === 'positional') return { kind: 'word', index, text: token.value };
    if (kind === 'option-terminator') return { kind: 'terminator', index };
    const option = findOption(token.name);
    return {
      kind,
      index,
      rawName: token.rawName,
      ...(option ? { option } : {}),
      ...(token.value === undefined ? {} : { value: token.value }),
      isInline: token.inlineValue === true,
    };
  });
}

/** The parser would take whatever follows for the value. */
function withBareValue(arg: string, next: string | undefined): string {
  const row = arg.startsWith('--') ? byFlag.get(arg.slice('--'.length))?.row : undefined;
  const isAlone = next === undefined || next.startsWith('-');
  return isAlone && row?.type === 'text' && row.bare !== undefined ? `${arg}=${row.bare}` : arg;
}

function findOption(name: string): KnownOption | undefined {
  const found = byFlag.get(name);
  if (found) return { ...found, isNegated: false };
  const negated = name.startsWith('no-') ? byFlag.get(name.slice('no-'.length)) : undefined;
  return negated?.row.type === 'boolean' ? { ...negated, isNegated: true } : undefined;
}

/**
 * The options that a command line gives to a command, their texts still unread.
 * @param args without the words of the command itself
 * @throws BootError `usage` for whatever the command doesn't take
 */
export function readFlags(command: CommandName, args: readonly string[]): ReadonlyMap<OptionKey, Given> {
  const given = new Map<OptionKey, Given>();
  for (const token of readTokens(args)) {
    if (token.kind !== 'option') continue;
    const { option, rawName } = token;
    if (!option) throw unknownOption(rawName, command);
    const { key, row } = option;
    if (!takes(command, row)) throw optionOfOthers(rawName, row, command);
    const texts = given.get(key)?.texts ?? [];
    given.set(key, { origin: { from: 'flag', name: rawName }, texts: [...texts, textOf(token, option)] });
  }
  return given;
}

/**
 * The word that a command takes beside its options; undefined for a command that takes none.
 * @param args without the words of the command itself
 * @throws BootError `usage` when it is missing, and for every other word
 */
export function readOperand(command: CommandName, args: readonly string[]): string | undefined {
  const operand = operandOf(command);
  const words = readTokens(args).filter((token) => token.kind === 'word');
  const [unexpected] = operand ? words.slice(1) : words;
  if (unexpected) throw unexpectedWord(unexpected.text, command);
  const text = words[0]?.text;
  if (operand && !text) throw missingOperand(command, operand);
  return text;
}

function textOf({ rawName, value, isInline }: OptionToken, { row, isNegated }: KnownOption): string {
  if (row.type === 'boolean') {
    if (!isNegated) return value ?? 'true';
    if (value !== undefined) throw unknownOption(`${rawName}=${value}`);
    return 'false';
  }
  const isLong = rawName.startsWith('--');
  if (!isLong && isInline && byFlag.has(`${row.short}${value}`)) throw singleDash(`${rawName}${value}`);
  const isNextOption = !isInline && value !== undefined && /^-./.test(value);
  if (value === undefined || value === '' || isNextOption) throw missingValue(rawName, row);
  return value;
}
