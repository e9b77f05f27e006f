import { createHash } from 'node:crypto';
import type { KubeObject } from '../base/kube-types.ts';
import { serviceLabels } from './labels.ts';
import type { Release, ServiceRow } from './release.ts';
import type { PlannedService } from './types.ts';

/** Files that a site puts into a service's container: device profiles, a configuration. */

export const filesVolume = 'files';
/** A service reads its files when it starts, so other files mean a new pod. */
export const filesAnnotation = 'edgex-boot/files';

export function hasFiles({ files }: ServiceRow): boolean {
  return Object.keys(files).length > 0;
}

/** The name of the ConfigMap that holds a service's files. */
export function filesName(service: string): string {
  return `${service}-files`;
}

/** Under which key a file is in its ConfigMap: a key has no slash. */
export function fileKey(path: string, index: number): string {
  return `${index}-${(path.split('/').at(-1) ?? '').replace(/[^-.\w]/g, '_').slice(0, 200)}`;
}

export function filesDigest({ files }: ServiceRow): string {
  const entries = Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 16);
}

/** The ConfigMap of a service that has files. */
export function renderFiles(
  service: PlannedService,
  context: { readonly release: Release; readonly namespace: string },
): readonly KubeObject[] {
  const { name, row } = service;
  if (!hasFiles(row)) return [];
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: filesName(name),
        namespace: context.namespace,
        labels: serviceLabels(service, context.release),
      },
      data: Object.fromEntries(
        Object.entries(row.files).map(([path, content], index) => [fileKey(path, index), content]),
      ),
    },
  ];
}
