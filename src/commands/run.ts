import { type ExitName, exitCodes } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { type CommandName, programName } from '../options/commands.ts';
import { commandHelp, programHelp } from '../options/help.ts';
import { readInvocation } from '../options/invocation.ts';
import { type Options, resolveOptions } from '../options/resolve.ts';
import { describeFailure } from './failure.ts';
import type { Program, Work } from './program.ts';

/** Each command's work is loaded when it is called: `--help` and `--version` need nothing of it. */
const works: Readonly<Record<CommandName, () => Promise<Work>>> = {
  install: async () => (await import('./install.ts')).install,
  plan: async () => (await import('./plan.ts')).plan,
  verify: async () => (await import('./verify.ts')).verify,
  status: async () => (await import('./status.ts')).status,
  uninstall: async () => (await import('./uninstall.ts')).uninstall,
  storage: async () => (await import('./storage.ts')).storage,
  backup: async () => (await import('./backup.ts')).backup,
  restore: async () => (await import('./restore.ts')).restore,
  render: async () => (await import('./render.ts')).render,
  'cloud-init': async () => (await import('./cloud-init.ts')).cloudInit,
  images: async () => (await import('./images.ts')).images,
  'config show': async () => (await import('./config-show.ts')).configShow,
  schema: async () => (await import('./schema.ts')).schema,
  completion: async () => (await import('./completion.ts')).completion,
  'config render': async () => (await import('./config-render.ts')).configRender,
};

/**
 * Runs the program and returns its exit code. Whatever goes wrong is told, and nothing is thrown.
 * @param args the command line without the program's own name
 */
export async function run(args: readonly string[], program: Program): Promise<number> {
  try {
    return exitCodes[await dispatch(args, program)];
  } catch (thrown) {
    return tellFailure(thrown, program);
  }
}

/** Tells what was thrown, wherever that was, without its raw form. Returns the exit code that goes with it. */
export async function tellFailure(thrown: unknown, { stderr, secrets, signal }: Program): Promise<number> {
  const error = describeFailure(thrown, signal);
  const [{ renderFailure }, { createRedactor }] = await Promise.all([
    import('../report/failure.ts'),
    import('../report/redact.ts'),
  ]);
  stderr.write(renderFailure(error, { redact: createRedactor(secrets) }));
  return exitCodes[error.exit];
}

async function dispatch(args: readonly string[], program: Program): Promise<ExitName> {
  const invocation = readInvocation(args);
  switch (invocation.kind) {
    case 'version':
      program.stdout.write(`${programName} ${version}\n`);
      return 'done';
    case 'help':
      program.stdout.write(invocation.command ? commandHelp(invocation.command) : programHelp());
      return 'done';
    case 'run': {
      const { command, args } = invocation;
      const options = await withSite(command, args, program);
      const work = await works[command]();
      return work(options, program);
    }
  }
}

/** The options with what the site file says. That it is wrong is a result, too. */
async function withSite(command: CommandName, args: readonly string[], program: Program): Promise<Options> {
  const given = resolveOptions(command, args, program.env);
  const { loadSite } = await import('./site.ts');
  try {
    return resolveOptions(command, args, program.env, loadSite(given.config));
  } catch (thrown) {
    if (given.result !== undefined) {
      const { keepFailure } = await import('./result.ts');
      await keepFailure(given, program, describeFailure(thrown, program.signal));
    }
    throw thrown;
  }
}
