/** The lab's addresses and the names of its links: one table, so that nothing meets by accident. */

/** The host's end of the bridge: API server and DNS listen here. */
export const hostIp = '10.90.0.1';
export const apiPort = 16443;
export const apiUrl = `https://${hostIp}:${apiPort}`;

/** The numbers of the nodes that a lab can have. */
export const nodeIndexes: readonly number[] = [1, 2];

/** Listening on 127.0.0.1 only. */
export const etcdPort = 22379;

export const podsCidr = '10.88.0.0/16';
export const servicesCidr = '10.96.0.0/16';
/** The Service `default/kubernetes`: the first address of the range. */
export const apiServiceIp = '10.96.0.1';
/** The Service `kube-system/kube-dns`, as kubeadm numbers it. */
export const dnsServiceIp = '10.96.0.10';

export const nodeIp = (index: number): string => `10.90.0.${10 + index}`;
export const nodePodsCidr = (index: number): string => `10.88.${index}.0/24`;

/** Linux allows 15 characters for a link's name. */
export const bridge = 'edgexlab0';
export const nodeLink = (index: number): string => `edgexlab-n${index}`;

/** Below each controller's root: `system` for the lab's own processes, `node1` for the pods of node1. */
export const cgroup = 'edgex-boot-lab';
