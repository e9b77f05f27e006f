import { formatRef, type KubeObject } from '../base/kube-types.ts';
import { nearestName } from '../base/nearest.ts';
import { keyText, type SourceYaml, wrongSource } from '../base/source-yaml.ts';
import { isTable } from '../base/table.ts';
import type { SitePatch } from './site.ts';

/** What a patch may not touch: by these an object is found again, as by its own labels. */
const fixedFields = [['apiVersion'], ['kind'], ['metadata', 'name'], ['metadata', 'namespace']] as const;

/**
 * Lays the patches of a site over the rendered objects, in their order (RFC 7386: null takes a field away, lists are
 * replaced as a whole).
 * @throws BootError `usage` with line and key for a patch that fits no object, or that changes what the object is
 */
export function patchObjects(
  objects: readonly KubeObject[],
  patches: readonly SitePatch[],
  source: SourceYaml,
): readonly KubeObject[] {
  return patches.reduce((patched: readonly KubeObject[], { kind, name, patch }, index) => {
    const place = (...tail: readonly string[]): string => {
      const path = ['patches', index, ...tail];
      return `${source.at(path)}: ${keyText(path)}`;
    };
    const isTarget = (object: KubeObject): boolean => object.kind === kind && object.metadata.name === name;
    const target = objects.find(isTarget);
    if (!target) throw noTarget(place('name'), { kind, name }, patched);
    for (const path of [['metadata'], ['metadata', 'labels']]) {
      const value = valueAt(patch, path);
      if (value === undefined || isTable(value)) continue;
      throw wrongSource(
        place('patch', ...path),
        'the object is found by what is in it, so it stays a table',
        'Write only the keys that are to be other ones.',
      );
    }
    const labels = Object.keys(target.metadata.labels ?? {}).map((label) => ['metadata', 'labels', label]);
    for (const path of [...fixedFields, ...labels]) {
      const value = valueAt(patch, path);
      if (value === undefined || value === valueAt(target, path)) continue;
      throw wrongSource(place('patch', ...path), 'the object is found by it, so it stays');
    }
    return patched.map((object) => (isTarget(object) ? (merge(object, patch) as KubeObject) : object));
  }, objects);
}

function valueAt(patch: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return patch;
  return isTable(patch) ? valueAt(patch[key], rest) : undefined;
}

function noTarget(
  place: string,
  target: { readonly kind: string; readonly name: string },
  objects: readonly KubeObject[],
) {
  const known = objects.map(({ kind, metadata }) => formatRef({ kind, name: metadata.name }));
  const nearest = nearestName(formatRef(target), known);
  return wrongSource(
    place,
    `there is no ${formatRef(target)} in this installation`,
    nearest ? `Did you mean ${nearest}?` : '`edgex-boot render` prints all objects.',
  );
}

function merge(before: unknown, patch: unknown): unknown {
  if (!isTable(patch)) return patch;
  const merged: Record<string, unknown> = isTable(before) ? { ...before } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value);
  }
  return merged;
}
