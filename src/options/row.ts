import type { CommandName } from './commands.ts';

/**
 * What a row of the option table says. Its key is the name of the field in Options; a unit in it is not part of the flag.
 *
 *   text      any text that its rule lets through
 *   choice    one of a few words
 *   boolean   --flag, --no-flag
 *   duration  as in 90s, 15m, 1h30m; milliseconds in Options
 *   list      names, separated by commas, the flag as often as one likes
 *   settings  SERVICE/PATH=VALUE, the flag as often as one likes; in the environment one a line
 */

interface Row {
  /** Without its dashes. The environment name follows from it: see {@link environmentName}. */
  readonly flag: string;
  readonly short?: string;
  readonly group: OptionGroup;
  /** The commands that take it. */
  readonly commands: readonly CommandName[];
  /** It has no environment name, and no key in a site file. */
  readonly flagOnly?: true;
  /** It says which site file to read, or belongs to a single run. */
  readonly notInFile?: true;
  /** An environment name that other programs have too, and the value that it stands for when it isn't empty. */
  readonly convention?: { readonly variable: string; readonly value: string };
  /** What it is for, without its default and its choices. */
  readonly help: string;
}

export type OptionRow = Row &
  (
    | {
        readonly type: 'text';
        readonly placeholder: string;
        readonly default?: string;
        /** What the flag stands for where no value follows it. */
        readonly bare?: string;
        readonly rule?: TextRule;
      }
    | {
        readonly type: 'choice';
        readonly choices: readonly string[];
        readonly default: string;
        /** The commands that a choice is for; without an entry it is for all that take the option. */
        readonly choicesOf?: Readonly<Record<string, readonly CommandName[]>>;
      }
    | { readonly type: 'boolean'; readonly default: boolean }
    | {
        readonly type: 'duration';
        readonly placeholder: string;
        readonly default?: string;
        /** 0s has a meaning, too. */
        readonly mayBeZero?: true;
      }
    | { readonly type: 'list'; readonly placeholder: string }
    | { readonly type: 'settings'; readonly placeholder: string }
  );

export interface TextRule {
  readonly pattern: RegExp;
  /** What fits the pattern, after "Give it". */
  readonly expected: string;
  /** Whole values that somebody may have meant. */
  readonly words?: readonly string[];
}

export const optionGroups = ['Cluster', 'Installation', 'Run', 'Export check', 'Output'] as const;
export type OptionGroup = (typeof optionGroups)[number];

/** Rows by the names of their fields in Options. */
export type Rows = Readonly<Record<string, OptionRow>>;
