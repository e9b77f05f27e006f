import type { KubeObject } from '../../base/kube-types.ts';
import { serviceLabel } from '../../plan/labels.ts';
import type { ServiceAddress } from '../../verify/types.ts';

/** Where a Service leads to the pods of a service: inside, and where it was exposed outside, too. */
export function addressesOf(object: KubeObject, service: string): readonly ServiceAddress[] {
  const { spec, status, metadata } = object as KubeService;
  if (spec.selector?.[serviceLabel] !== service) return [];
  const outside = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  const hosts = [...(spec.clusterIP && spec.clusterIP !== 'None' ? [spec.clusterIP] : []), ...outside];
  return (spec.ports ?? []).flatMap(({ port, nodePort }) => [
    ...hosts.map((host) => ({ name: metadata.name, port, address: `${host}:${port}` })),
    ...(nodePort ? [{ name: metadata.name, port: nodePort, address: `any node:${nodePort}` }] : []),
  ]);
}

interface KubeService extends KubeObject {
  readonly spec: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly clusterIP?: string;
    readonly ports?: readonly { readonly port: number; readonly nodePort?: number }[];
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}
