import { stringify } from 'yaml';
import { version } from '../base/version.ts';
import type { Plan } from '../plan/types.ts';

/** What of a plan its manifests say. */
export type ManifestSource = Pick<Plan, 'release' | 'database' | 'architecture' | 'objects'>;

/**
 * The objects of a plan as `kubectl apply -f -` takes them: YAML documents with a comment ahead, or a List in JSON. The
 * same plan gives the same text.
 */
export function renderManifests(plan: ManifestSource, format: 'yaml' | 'json' = 'yaml'): string {
  const { objects } = plan;
  if (format === 'json') return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 2)}\n`;
  return [heading(plan), ...objects.map(renderDocument)].join('---\n');
}

function heading({ release, database, architecture }: ManifestSource): string {
  return [
    `# ${release.title} ${release.version} with ${database}, for ${architecture} nodes. Made by edgex-boot ${version}.`,
    '# Each pod waits until its settings are in Consul; `edgex-boot install` puts them there.',
    '',
  ].join('\n');
}

/** kubectl reads YAML 1.1, where a bare `on` or `1:30` is no text; so texts are quoted by its rules as well. */
function renderDocument(object: object): string {
  return stringify(object, { aliasDuplicateObjects: false, compat: 'yaml-1.1', lineWidth: 0 });
}
