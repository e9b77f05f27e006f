#!/bin/bash
# Process 1 of a node: it makes the node's view of the disk, starts what a node runs, starts it again when it ends, as
# an init system would, and buries the orphans (bash does that by itself). When it is killed, everything on the node is.
#
# It runs in network, mount and process namespaces of its own. From the environment:
#   NODE     the node's directory: etc/ has its configuration, disk/ what survives a power cut, log/ its logs
#   NAME     its name in Kubernetes
#   ADDRESS  its address
#   TREE     Debian's packages, unpacked
#   PROGRAMS the directory with kubelet and kube-proxy
#   KUBECONFIG_NODE  the kubelet's kubeconfig
set -euo pipefail

# Nothing that is mounted here is seen outside.
mount --make-rprivate /

# The packages look as if they were installed.
mount -t overlay overlay -o "lowerdir=$TREE/usr:/usr" /usr

# The disk: directories that the machine has too, or may have, are the node's own here.
for dir in /var/lib/kubelet /var/lib/containerd /var/lib/cni /var/lib/edgex /var/log/pods /var/log/containers; do
  mkdir -p "$NODE/disk$dir" "$dir"
  mount --bind "$NODE/disk$dir" "$dir"
done
mount --make-shared /var/lib/kubelet

# What a reboot empties.
mkdir -p /etc/cni/net.d /run/containerd /run/netns
for dir in /etc/cni/net.d /run/containerd /run/netns; do
  mount -t tmpfs tmpfs "$dir"
done
cp "$NODE/etc/10-bridge.conflist" /etc/cni/net.d/

# Each start counts as a boot, also for the kubelet.
cat /proc/sys/kernel/random/uuid >"$NODE/boot-id"
mount --bind "$NODE/boot-id" /proc/sys/kernel/random/boot_id

keep() { # keep NAME COMMAND...: run it for ever
  local log="$NODE/log/$1.log"
  shift
  while :; do
    "$@" >>"$log" 2>&1 || true
    sleep 1
  done
}

keep containerd containerd --config "$NODE/etc/containerd.toml" &
# A kubelet that starts too early ends, and would lose the second that `keep` waits.
until ctr version >/dev/null 2>&1; do sleep 0.05; done
keep kubelet "$PROGRAMS/kubelet" --config "$NODE/etc/kubelet.json" --kubeconfig "$KUBECONFIG_NODE" \
  --hostname-override "$NAME" --node-ip "$ADDRESS" &
keep kube-proxy "$PROGRAMS/kube-proxy" --config "$NODE/etc/kube-proxy.json" &
wait
