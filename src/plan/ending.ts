import { formatRef, type KubeObject, type ObjectRef, refOf } from '../base/kube-types.ts';
import type { Graph } from './graph.ts';
import { serviceLabel } from './labels.ts';
import { databaseAlias, type Release } from './release.ts';

/** In which order the services of an installation end: each after those that need it. */

/** The kinds of what runs, as it is looked for in a namespace. */
export const workloadKinds = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'v1', kind: 'Pod' },
] as const;

/** Service to the services that it needs, whatever was chosen of the release. */
export function needsOf({ services, registry }: Release): Graph {
  const databases = Object.entries(services).flatMap(([name, row]) => (row.database ? [name] : []));
  return Object.fromEntries(
    Object.entries(services).map(([name, row]) => {
      const needs = row.needs.flatMap((need) => {
        if (!('of' in need)) return [registry.service];
        return need.of === databaseAlias ? databases : [need.of];
      });
      return [name, [...new Set(needs)]];
    }),
  );
}

/** What a look at the workloads comes to. */
export interface Ending {
  /** What is to be deleted now. */
  readonly due: readonly ObjectRef[];
  /** What is still there, by service. */
  readonly left: readonly string[];
}

/**
 * What can end now: a workload whose consumers are gone, those over others included. One that the release doesn't know
 * may need any that it knows. What a controller of ours keeps goes with that.
 * @param live the workloads and pods of an installation
 * @param given services that had their time to end: nothing waits for them any more
 */
export function nextEndings(needs: Graph, live: readonly KubeObject[], given: ReadonlySet<string> = new Set()): Ending {
  const byService = Map.groupBy(live, workloadService);
  const left = [...byService.keys()];
  const held = new Set(
    left
      .filter((name) => !given.has(name))
      .flatMap((name) => [...(needs[name] ? allNeeds(needs, name) : Object.keys(needs))]),
  );
  const due = left
    .filter((name) => !held.has(name))
    .flatMap((name) => (byService.get(name) ?? []).filter(isToDelete).map(refOf));
  return { due, left };
}

/** The service that a workload or pod belongs to. A pod that runs once belongs to none, and stands for itself. */
export function workloadService(object: KubeObject): string {
  return object.metadata.labels?.[serviceLabel] ?? formatRef(refOf(object));
}

function isToDelete({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp === undefined && (metadata.ownerReferences ?? []).length === 0;
}

function allNeeds(needs: Graph, name: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const need of needs[name] ?? []) {
    if (seen.has(need)) continue;
    seen.add(need);
    allNeeds(needs, need, seen);
  }
  return seen;
}
