import { join } from 'node:path';
import { apiPort, etcdPort, hostIp, servicesCidr } from './addresses.ts';
import { kubeconfigOf, pkiDir } from './pki.ts';
import { kubeconfigPath, stateDir } from './places.ts';

/** A process of the lab: its name, which is also that of its log, and its command line without the directory. */
export interface Component {
  readonly name: string;
  readonly argv: readonly string[];
}

const pki = (file: string): string => join(pkiDir, file);
const etcdUrl = `http://127.0.0.1:${etcdPort}`;
const etcdPeerUrl = `http://127.0.0.1:${etcdPort + 1}`;

/** The file that CoreDNS reads. Short times to live: a test sees a Service as soon as it is there. */
export const corefilePath = join(stateDir, 'Corefile');
export const corefile = `.:53 {
  bind ${hostIp}
  errors
  ready 127.0.0.1:18181
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfigPath}
    ttl 1
  }
  cache 1
}
`;

// Each controller waits by itself for what isn't there yet, so that all can start at once.
const controllerFlags = [
  '--authentication-skip-lookup', // it reads a ConfigMap that isn't there yet, and ends when it can't
  '--bind-address=127.0.0.1',
  '--leader-elect=false',
  ...['--kube-api-qps=200', '--kube-api-burst=400', '--profiling=false'],
];

/** The control plane, in the order in which it starts. */
export const controlPlane: readonly Component[] = [
  {
    name: 'etcd',
    argv: [
      'etcd',
      ...[`--data-dir=${join(stateDir, 'etcd')}`, '--log-level=warn'],
      ...[`--listen-client-urls=${etcdUrl}`, `--advertise-client-urls=${etcdUrl}`],
      ...[`--listen-peer-urls=${etcdPeerUrl}`, `--initial-advertise-peer-urls=${etcdPeerUrl}`],
      `--initial-cluster=default=${etcdPeerUrl}`,
      '--unsafe-no-fsync', // the control plane's machine never loses power here, only the nodes do
    ],
  },
  {
    name: 'kube-apiserver',
    argv: [
      'kube-apiserver',
      ...[`--etcd-servers=${etcdUrl}`, `--bind-address=${hostIp}`, `--advertise-address=${hostIp}`],
      ...[`--secure-port=${apiPort}`, `--service-cluster-ip-range=${servicesCidr}`],
      ...[`--tls-cert-file=${pki('apiserver.crt')}`, `--tls-private-key-file=${pki('apiserver.key')}`],
      `--client-ca-file=${pki('ca.crt')}`,
      `--kubelet-client-certificate=${pki('kubelet-client.crt')}`,
      ...[`--kubelet-client-key=${pki('kubelet-client.key')}`, '--kubelet-preferred-address-types=InternalIP'],
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      ...[`--service-account-signing-key-file=${pki('sa.key')}`, `--service-account-key-file=${pki('sa.pub')}`],
      // Not the Node authorizer: its graph lags behind, and a pod whose ConfigMap it doesn't know yet waits 12 s.
      ...['--authorization-mode=RBAC', '--enable-admission-plugins=NodeRestriction', '--allow-privileged=true'],
      '--profiling=false',
    ],
  },
  {
    name: 'kube-controller-manager',
    argv: [
      'kube-controller-manager',
      ...[`--kubeconfig=${kubeconfigOf('controller-manager')}`, ...controllerFlags, `--secure-port=${apiPort + 1}`],
      ...[`--root-ca-file=${pki('ca.crt')}`, `--service-account-private-key-file=${pki('sa.key')}`],
      ...[`--cluster-signing-cert-file=${pki('ca.crt')}`, `--cluster-signing-key-file=${pki('ca.key')}`],
      '--use-service-account-credentials=true',
      '--pvclaimbinder-sync-period=1s', // a claim that is seen before its volume waits this long, not 15 s
    ],
  },
  {
    name: 'kube-scheduler',
    argv: [
      'kube-scheduler',
      `--kubeconfig=${kubeconfigOf('scheduler')}`,
      ...controllerFlags,
      `--secure-port=${apiPort + 2}`,
    ],
  },
  { name: 'coredns', argv: ['coredns', `-conf=${corefilePath}`] },
];
