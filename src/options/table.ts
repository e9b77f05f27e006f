import type { Overrides } from '../plan/configuration.ts';
import type { CommandName } from './commands.ts';
import type { OptionRow } from './row.ts';
import { clusterRows } from './rows/cluster.ts';
import { exportRows } from './rows/export-check.ts';
import { installationRows } from './rows/installation.ts';
import { outputRows } from './rows/output.ts';
import { runRows } from './rows/run.ts';

/**
 * Every option, once. Flags, environment names, keys of the site file, values, help texts and docs/options.md are made
 * from this table: a row more is an option more.
 */
export const table = {
  ...clusterRows,
  ...installationRows,
  ...runRows,
  ...exportRows,
  ...outputRows,
} as const;

export type OptionKey = keyof typeof table;

type ValueOf<R> = R extends { readonly type: 'boolean' }
  ? boolean
  : R extends { readonly type: 'duration' }
    ? R extends { readonly default: string }
      ? number
      : number | undefined
    : R extends { readonly type: 'list' }
      ? readonly string[]
      : R extends { readonly type: 'settings' }
        ? Overrides
        : R extends { readonly type: 'choice'; readonly choices: readonly (infer Word)[] }
          ? Word
          : R extends { readonly default: string }
            ? string
            : string | undefined;

/** The value of each option, by its key in the table. */
export type OptionValues = { readonly [Key in OptionKey]: ValueOf<(typeof table)[Key]> };

/** The table's rows with their keys, in its order. */
export const optionRows = Object.entries(table) as readonly (readonly [OptionKey, OptionRow])[];

/** `--force-conflicts` in the environment: `EDGEX_BOOT_FORCE_CONFLICTS`. Undefined for an option that has none. */
export function environmentName({ flag, flagOnly }: OptionRow): string | undefined {
  return flagOnly ? undefined : `${environmentPrefix}${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** `--force-conflicts` in a site file: `forceConflicts`. Undefined for an option that has no place there. */
export function fileKey({ flag, flagOnly, notInFile }: OptionRow): string | undefined {
  if (flagOnly || notInFile) return undefined;
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What every environment name of this program begins with; no other name may. */
export const environmentPrefix = 'EDGEX_BOOT_';

/** The row of an option as a command has it: with the choices that are for this command. */
export function rowFor(row: OptionRow, command: CommandName): OptionRow {
  if (row.type !== 'choice' || !row.choicesOf) return row;
  const { choices, choicesOf } = row;
  return { ...row, choices: choices.filter((word) => choicesOf[word]?.includes(command) ?? true) };
}

/** True when a command takes an option. What shows the options takes all that a site file can hold. */
export function takes(command: CommandName, row: OptionRow): boolean {
  return row.commands.includes(command) || (command === 'config show' && fileKey(row) !== undefined);
}
