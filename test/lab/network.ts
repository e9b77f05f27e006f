import { existsSync } from 'node:fs';
import { bridge, hostIp, nodeIndexes, nodeIp, nodeLink, nodePodsCidr, servicesCidr } from './addresses.ts';
import { treeCommand } from './packages.ts';
import { run, until } from './run.ts';

const linkExists = (link: string): boolean => existsSync(`/sys/class/net/${link}`);

/** Runs `ip` with several lines of arguments, on the host or in the network namespace of a process. */
async function ip(tree: string, lines: readonly string[], pid?: number): Promise<void> {
  const where = pid === undefined ? [] : ['nsenter', '--net', `--target=${pid}`];
  await run([...where, ...treeCommand(tree, 'bin/ip'), '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/** The bridge that joins the host, where the control plane is, with the nodes. */
export async function ensureBridge(tree: string): Promise<void> {
  if (linkExists(bridge)) return;
  await ip(tree, [`link add ${bridge} type bridge`, `addr add ${hostIp}/24 dev ${bridge}`, `link set ${bridge} up`]);
}

/** Removes it. The nodes' links and all routes went with the nodes. */
export async function removeBridge(tree: string): Promise<void> {
  if (linkExists(bridge)) await ip(tree, [`link del ${bridge}`]);
}

/**
 * Joins a node's new network namespace to the bridge. The host gets routes to the node's pods and, by the first node,
 * to the Services, so that ClusterIPs work from the host as they do on a real cluster's node. Link and routes end with
 * the namespace, and that with the node's last process.
 * @param pid a process of the node
 */
export async function connectNode(tree: string, index: number, pid: number): Promise<void> {
  const [link, address] = [nodeLink(index), nodeIp(index)];
  // The kernel takes a dead namespace apart in its own time.
  await until(`${link}: end of its earlier life`, linkTimeoutMs, () => !linkExists(link));
  const routes = [nodePodsCidr(index), ...(index === 1 ? [servicesCidr] : [])];
  await ip(tree, [
    `link add ${link} type veth peer name eth0 netns ${pid}`,
    `link set ${link} master ${bridge} up`,
    ...routes.map((range) => `route replace ${range} via ${address}`),
  ]);
  await run(['nsenter', '--net', `--target=${pid}`, '/bin/sh', '-c', forwarding]);
  const others = nodeIndexes.filter((other) => other !== index);
  const peers = others.map((other) => `route add ${nodePodsCidr(other)} via ${nodeIp(other)}`);
  // The default route last: the node waits for it.
  const inside = ['link set lo up', `addr add ${address}/24 dev eth0`, 'link set eth0 up'];
  await ip(tree, [...inside, ...peers, `route add default via ${hostIp}`], pid);
}

const linkTimeoutMs = 20_000;

// Packets between pods of one node cross its bridge only; the rules that make Services must see them there too.
const forwarding = `echo 1 >/proc/sys/net/ipv4/ip_forward
modprobe -q br_netfilter 2>/dev/null || true
echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables`;
