import { existsSync } from 'node:fs';
import { bridge, hostIp, nodeIp, nodeLink, nodeNetns, nodePodsCidr, servicesCidr } from './addresses.ts';
import { treeCommand } from './packages.ts';
import { run } from './run.ts';

const hostLinkExists = (link: string): boolean => existsSync(`/sys/class/net/${link}`);

async function ip(tree: string, commands: readonly string[], namespace?: string): Promise<void> {
  const where = namespace ? ['-n', namespace] : [];
  await run([...treeCommand(tree, 'bin/ip'), ...where, '-batch', '-'], { input: `${commands.join('\n')}\n` });
}

/** The bridge that joins the host, where the control plane is, with the nodes. */
export async function ensureBridge(tree: string): Promise<void> {
  if (hostLinkExists(bridge)) return;
  await ip(tree, [`link add ${bridge} type bridge`, `addr add ${hostIp}/24 dev ${bridge}`, `link set ${bridge} up`]);
}

/**
 * A node's network, new: no rule, route or connection of an earlier life is left. The host gets routes to the node's
 * pods and, by the first node, to the Services, so that ClusterIPs work from the host as on a real cluster's node.
 */
export async function makeNodeNetwork(tree: string, index: number): Promise<void> {
  await removeNodeNetwork(tree, index);
  const [namespace, link, address] = [nodeNetns(index), nodeLink(index), nodeIp(index)];
  await ip(tree, [
    `netns add ${namespace}`,
    `link add ${link} type veth peer name eth0 netns ${namespace}`,
    `link set ${link} master ${bridge} up`,
  ]);
  const inside = [
    'link set lo up',
    `addr add ${address}/24 dev eth0`,
    'link set eth0 up',
    `route add default via ${hostIp}`,
  ];
  await ip(tree, inside, namespace);
  const routes = [nodePodsCidr(index), ...(index === 1 ? [servicesCidr] : [])];
  await ip(
    tree,
    routes.map((range) => `route replace ${range} via ${address}`),
  );
  await run(['nsenter', `--net=/run/netns/${namespace}`, '/bin/sh', '-c', forwarding]);
}

// Packets between pods of one node cross its bridge; a Service's rules must see them there too.
const forwarding = `echo 1 >/proc/sys/net/ipv4/ip_forward
modprobe -q br_netfilter 2>/dev/null || true
echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables`;

/** Removes a node's network. Its routes on the host go with its link. */
export async function removeNodeNetwork(tree: string, index: number): Promise<void> {
  if (hostLinkExists(nodeLink(index))) await ip(tree, [`link del ${nodeLink(index)}`]);
  if (existsSync(`/run/netns/${nodeNetns(index)}`)) await ip(tree, [`netns del ${nodeNetns(index)}`]);
}

export async function removeBridge(tree: string): Promise<void> {
  if (hostLinkExists(bridge)) await ip(tree, [`link del ${bridge}`]);
}
