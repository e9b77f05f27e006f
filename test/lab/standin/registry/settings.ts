import type { Environment } from '../stage.ts';

/** A service's configuration as Consul has it: path below the service's prefix, such as `Service/Host`, to text. */
export type Settings = Readonly<Record<string, string>>;

export type Tree = { readonly [key: string]: string | number | boolean | Tree | readonly (Tree | string)[] };

/** The text of a setting; a missing one is Go's zero value. */
export function text(settings: Settings, path: string): string {
  return settings[path] ?? '';
}

/** The number of a setting; a missing one is 0. */
export function number(settings: Settings, path: string): number {
  return Number(settings[path] ?? 0);
}

/** Flattens a tree as Fuji's registry client does: tables and lists become path parts, values become text. */
export function flatten(tree: Tree, prefix = ''): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'object') Object.assign(flat, flatten(value as Tree, `${prefix}${key}/`));
    else flat[`${prefix}${key}`] = String(value);
  }
  return flat;
}

/** The settings as the JSON of `/api/v1/config`: nested, numbers and booleans by their looks. */
export function unflatten(settings: Settings): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(settings)) {
    const parts = path.split('/');
    const last = parts.pop() ?? '';
    let node = root;
    for (const part of parts) {
      node[part] ??= {};
      node = node[part] as Record<string, unknown>;
    }
    node[last] = /^-?\d{1,15}$/.test(value) ? Number(value) : /^(true|false)$/.test(value) ? value === 'true' : value;
  }
  return root;
}

/**
 * Overrides of services that seed themselves: a variable `A_B_C` sets `A/B/C`, case-sensitive, where that path exists.
 * Empty values, and values with `=`, are dropped.
 */
export function overridden(settings: Settings, env: Environment): { settings: Settings; overrides: readonly string[] } {
  const overrides: string[] = [];
  const result: Record<string, string> = { ...settings };
  for (const [name, value] of Object.entries(env)) {
    const path = name.replaceAll('_', '/');
    if (value === undefined || value === '' || value.includes('=') || !(path in settings)) continue;
    result[path] = value;
    overrides.push(path);
  }
  return { settings: result, overrides };
}
