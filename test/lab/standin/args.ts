/** `--name=value`, `--name value`, `--name` and the short forms of some, as Go's flag package reads them. */
export function flag(args: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    const [, name = '', value] = /^--?([^=]+)(?:=(.*))?$/.exec(arg) ?? [];
    if (!names.includes(name)) continue;
    const next = args[index + 1];
    return value ?? (next === undefined || next.startsWith('-') ? '' : next);
  }
  return undefined;
}
