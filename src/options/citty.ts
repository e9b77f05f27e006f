import type { ArgsDef } from 'citty';
import type { CommandName } from './commands.ts';
import { optionRows, takes } from './table.ts';

/**
 * The options of a command as citty wants them, so that it finds the command's words among the values of flags. It
 * gets no defaults, choices or duties: it would end the program in its own way before resolveOptions is asked.
 */
export function cittyArgs(command: CommandName): ArgsDef {
  return Object.fromEntries(
    optionRows
      .filter(([, row]) => takes(command, row))
      .map(([, { flag, short, type, help }]) => [
        flag,
        {
          type: type === 'boolean' ? ('boolean' as const) : ('string' as const),
          description: help,
          ...(short ? { alias: short } : {}),
        },
      ]),
  );
}
