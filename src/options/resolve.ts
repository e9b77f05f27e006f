import type { Origin } from '../base/origin.ts';
import type { LoadedSite } from '../plan/site.ts';
import { readFlags, readOperand } from './arguments.ts';
import type { CommandName } from './commands.ts';
import { unknownVariable, wrongValue } from './problems.ts';
import type { OptionRow } from './row.ts';
import {
  environmentName,
  environmentPrefix,
  type OptionKey,
  type OptionValues,
  optionRows,
  rowFor,
  takes,
} from './table.ts';
import { defaultValue, type Given, type OptionValue, readValue } from './values.ts';

/** The options of a run: every one has its value, also those that the command doesn't take, which have their default. */
export interface Options extends OptionValues {
  readonly command: CommandName;
  /** The word that the command is about, a file's name; absent where it takes none. */
  readonly operand?: string;
  /** Where each value comes from. */
  readonly origins: Readonly<Record<OptionKey, Origin>>;
  /** What a site file says beside the options; absent where there is none. */
  readonly site?: LoadedSite;
}

/** A site file as far as the options go. */
export interface SiteGiven {
  readonly options: ReadonlyMap<OptionKey, Given>;
  readonly site: LoadedSite;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The options of a command: a flag goes over the environment, that over the site file, and that over the default. An
 * empty value in the environment counts as none. Strict, because a mistyped name would silently install something else.
 * @param args the command line without the words of the command; see readInvocation
 * @param file the site file, where there is one
 * @throws BootError `usage` with the place, what is expected there, and the nearest known name
 */
export function resolveOptions(
  command: CommandName,
  args: readonly string[],
  env: Environment,
  file?: SiteGiven,
): Options {
  const flags = readFlags(command, args);
  const operand = readOperand(command, args);
  refuseUnknownVariables(env);
  const values: Partial<Record<OptionKey, OptionValue>> = {};
  const origins: Partial<Record<OptionKey, Origin>> = {};
  for (const [key, row] of optionRows) {
    const given =
      flags.get(key) ?? (takes(command, row) ? (readVariable(row, env) ?? file?.options.get(key)) : undefined);
    values[key] = given ? valueFrom(rowFor(row, command), given) : defaultValue(row);
    origins[key] = given?.origin ?? { from: 'default' };
  }
  // The table says the type of each value, and readValue holds to it.
  return {
    command,
    ...(values as OptionValues),
    origins: origins as Options['origins'],
    ...(file ? { site: file.site } : {}),
    ...(operand === undefined ? {} : { operand }),
  };
}

function valueFrom(row: OptionRow, given: Given): OptionValue {
  const reading = readValue(row, given);
  if ('problem' in reading) throw wrongValue(given.origin, reading.problem);
  return reading.value;
}

function readVariable(row: OptionRow, env: Environment): Given | undefined {
  const name = environmentName(row);
  const text = name && env[name];
  if (name && text) return { origin: { from: 'environment', name }, texts: [text] };
  const { convention } = row;
  if (!convention || !env[convention.variable]) return undefined;
  return { origin: { from: 'environment', name: convention.variable }, texts: [convention.value] };
}

function refuseUnknownVariables(env: Environment): void {
  const known = new Set(optionRows.map(([, row]) => environmentName(row)));
  for (const [name, value] of Object.entries(env)) {
    if (value && name.toUpperCase().startsWith(environmentPrefix) && !known.has(name)) throw unknownVariable(name);
  }
}
