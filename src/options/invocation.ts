import { type OptionToken, readTokens, type Token } from './arguments.ts';
import { type CommandName, commandNames, isCommandName } from './commands.ts';
import { incompleteCommand, unknownCommand, unknownOption } from './problems.ts';

/** What somebody asks of the program. */
export type Invocation =
  /** Of the whole program where there is no command. */
  | { readonly kind: 'help'; readonly command?: CommandName }
  | { readonly kind: 'version' }
  /** `args` is what is left without the words of the command. */
  | { readonly kind: 'run'; readonly command: CommandName; readonly args: readonly string[] };

/**
 * Finds the command in a command line: its first word or two, whatever options stand before or between them. `--help`
 * and `--version` win over everything else that is there; an empty command line asks for help.
 * @throws BootError `usage` with the nearest name for an unknown or unfinished command
 */
export function readInvocation(rawArgs: readonly string[]): Invocation {
  const tokens = readTokens(rawArgs);
  const words = wordsOf(tokens);
  const command = findCommand(words.map(({ text }) => text));
  const isAsked = (key: string) => tokens.some((token) => token.kind === 'option' && token.option?.key === key);
  if (isAsked('version')) return { kind: 'version' };
  if (tokens.length === 0 || (isAsked('help') && isOpen(words))) return { kind: 'help' };
  if (!command) throw noCommand(tokens, words);
  if (isAsked('help')) return { kind: 'help', command: command.name };
  const taken = new Set(words.slice(0, command.length).map(({ index }) => index));
  return { kind: 'run', command: command.name, args: rawArgs.filter((_, index) => !taken.has(index)) };
}

interface Word {
  readonly index: number;
  readonly text: string;
}

function wordsOf(tokens: readonly Token[]): readonly Word[] {
  const end = tokens.findIndex(({ kind }) => kind === 'terminator');
  return (end < 0 ? tokens : tokens.slice(0, end)).filter((token) => token.kind === 'word');
}

function findCommand([first = '', second = '']: readonly string[]):
  | { readonly name: CommandName; readonly length: number }
  | undefined {
  const both = `${first} ${second}`;
  if (isCommandName(both)) return { name: both, length: 2 };
  return isCommandName(first) ? { name: first, length: 1 } : undefined;
}

/** No word, or only the first one of commands of two. */
function isOpen(words: readonly Word[]): boolean {
  return words.length === 0 || (words.length === 1 && commandsBelow(words[0]?.text ?? '').length > 0);
}

function commandsBelow(word: string): readonly CommandName[] {
  return commandNames.filter((name) => name.startsWith(`${word} `));
}

/** A mistyped option makes a command of its value, so it is told first. */
function noCommand(tokens: readonly Token[], words: readonly Word[]): Error {
  const [first] = words;
  const isUnknown = (token: Token): token is OptionToken => token.kind === 'option' && !token.option;
  const mistyped = tokens.find((token) => isUnknown(token) && token.index < (first?.index ?? Number.POSITIVE_INFINITY));
  if (mistyped && isUnknown(mistyped)) return unknownOption(mistyped.rawName);
  const texts = words.map(({ text }) => text);
  if (!first) return incompleteCommand([], commandNames);
  const below = commandsBelow(first.text);
  return texts.length === 1 && below.length > 0 ? incompleteCommand(texts, below) : unknownCommand(texts.slice(0, 2));
}
