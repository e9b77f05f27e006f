import type { KubeObject } from '../base/kube-types.ts';
import { serviceLabels } from './labels.ts';
import type { Release } from './release.ts';
import type { Exposure } from './site.ts';
import type { PlannedService } from './types.ts';

/** How services are reached from outside of the cluster. By default not at all. */

/** The exposure of an installation, the services by their full names. */
export type ResolvedExposure = Omit<Exposure, 'services'> & { readonly services: readonly string[] };

/** The type of a service's Service. */
export function serviceType(name: string, exposure: ResolvedExposure | undefined): string {
  const isExposed = exposure?.services.includes(name) ?? false;
  return isExposed && (exposure?.kind === 'LoadBalancer' || exposure?.kind === 'NodePort')
    ? exposure.kind
    : 'ClusterIP';
}

/**
 * The Ingress of an exposed service, to its first port. One host can have only one service at its root, so with several
 * each has its name before the host.
 */
export function renderIngress(
  service: PlannedService,
  { release, namespace, exposure }: { release: Release; namespace: string; exposure?: ResolvedExposure },
): readonly KubeObject[] {
  const { name, row } = service;
  if (exposure?.kind !== 'Ingress' || !exposure.services.includes(name)) return [];
  const { host, class: ingressClassName, services } = exposure;
  const ownHost = host !== undefined && services.length > 1 ? `${row.alias ?? name}.${host}` : host;
  const backend = { service: { name, port: { number: row.ports[0]?.port } } };
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name, namespace, labels: serviceLabels(service, release) },
      spec: {
        ...(ingressClassName === undefined ? {} : { ingressClassName }),
        rules: [
          {
            ...(ownHost === undefined ? {} : { host: ownHost }),
            http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
          },
        ],
      },
    },
  ];
}
