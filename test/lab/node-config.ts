import { cgroup, hostIp, nodeIp, nodePodsCidr, podsCidr } from './addresses.ts';
import { kubeconfigOf, pkiDir } from './pki.ts';
import { nodeName } from './places.ts';

/** The image of {@link containerdConfig}'s pause container. */
export const pauseImage = 'lab.local/pause:1';

/** The files of a node, by their names in its configuration directory. Paths in them are those inside of the node. */
export function nodeFiles(index: number): Readonly<Record<string, string>> {
  return {
    'resolv.conf': `nameserver ${hostIp}\n`,
    'containerd.toml': containerdConfig,
    'kubelet.json': json(kubeletConfig(index)),
    'kube-proxy.json': json(proxyConfig(index)),
    '10-bridge.conflist': json(networkConfig(index)),
  };
}

const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

// The disabled plug-ins want kernel modules or programs that aren't there, and complain at every start.
// restrict_oom_score_adj: a container host that is itself confined may not lower it.
const containerdConfig = `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
oom_score = 0
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`;

const kubeletConfig = (index: number) => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: nodeIp(index),
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: `${pkiDir}/ca.crt` },
  },
  authorization: { mode: 'Webhook' },
  cgroupDriver: 'cgroupfs',
  cgroupRoot: `/${cgroup}/${nodeName(index)}`,
  clusterDNS: [hostIp],
  clusterDomain: 'cluster.local',
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  failSwapOn: false,
  oomScoreAdj: 0,
  resolvConf: '/dev/null', // a pod's name servers are the cluster's only
  // The machine's disk may be nearly full of other things, and images can't be pulled again.
  evictionHard: Object.fromEntries([
    ['memory.available', '100Mi'],
    ...['nodefs.available', 'nodefs.inodesFree', 'imagefs.available', 'imagefs.inodesFree'].map((what) => [what, '0%']),
  ]),
  imageGCHighThresholdPercent: 100,
  // Faster than the defaults, as a single small node can be.
  nodeStatusUpdateFrequency: '5s',
  syncFrequency: '10s',
  kubeAPIQPS: 200,
  kubeAPIBurst: 400,
  registryPullQPS: 0,
  serializeImagePulls: false,
});

const proxyConfig = (index: number) => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'nftables',
  clusterCIDR: podsCidr,
  clientConnection: { kubeconfig: kubeconfigOf('kube-proxy') },
  hostnameOverride: nodeName(index),
  healthzBindAddress: '127.0.0.1:10256',
  metricsBindAddress: '127.0.0.1:10249',
  oomScoreAdj: 0,
  nftables: { minSyncPeriod: '0s', syncPeriod: '30s' },
  // A network namespace of its own can't set these; 0 leaves them alone.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
});

const networkConfig = (index: number) => ({
  cniVersion: '1.0.0',
  name: 'lab',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: false,
      hairpinMode: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: nodePodsCidr(index) }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
    { type: 'portmap', capabilities: { portMappings: true }, snat: true },
  ],
});
