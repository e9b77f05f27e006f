import { dnsServiceIp, hostIp } from './addresses.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface StandingObject {
  /** Of the collection. */
  readonly path: string;
  readonly object: Fields & { readonly metadata: Fields & { readonly name: string } };
}

const dnsPorts = [
  { name: 'dns', port: 53, protocol: 'UDP' },
  { name: 'dns-tcp', port: 53, protocol: 'TCP' },
] as const;
const dnsName = { name: 'kube-dns', namespace: 'kube-system' } as const;

/** What every cluster has, and no component of the lab makes by itself. */
export const standingObjects: readonly StandingObject[] = [
  {
    // See the authorization mode in control-plane.ts.
    path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    object: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'lab-nodes' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' }],
    },
  },
  {
    // The DNS has its Service in every cluster, also where it runs outside of the pods, as it does here.
    path: '/api/v1/namespaces/kube-system/services',
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...dnsName, labels: { 'k8s-app': 'kube-dns' } },
      spec: { clusterIP: dnsServiceIp, ports: dnsPorts },
    },
  },
  {
    path: '/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices',
    object: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...dnsName, labels: { 'kubernetes.io/service-name': 'kube-dns' } },
      addressType: 'IPv4',
      ports: dnsPorts,
      endpoints: [{ addresses: [hostIp], conditions: { ready: true } }],
    },
  },
];
