import type { CommandName } from './commands.ts';

/** The one word that a command takes beside its options. It must be there. */
export interface Operand {
  /** As usage texts name it. */
  readonly placeholder: string;
  readonly help: string;
}

const operands: { readonly [Command in CommandName]?: Operand } = {
  backup: {
    placeholder: 'FILE',
    help: 'The archive to write. No such file may be there; FILE.partial until it is complete.',
  },
  restore: { placeholder: 'FILE', help: 'An archive that backup wrote.' },
};

/** Undefined for a command that takes options only. */
export function operandOf(command: CommandName): Operand | undefined {
  return operands[command];
}

/** A command as one writes it, without its options: `backup FILE`. */
export function describeCommand(command: CommandName): string {
  const operand = operandOf(command);
  return operand ? `${command} ${operand.placeholder}` : command;
}
