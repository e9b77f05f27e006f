#!/bin/bash
# Process 1 of a node: it makes the node's view of the disk, starts what a node runs, starts it again when it ends, as
# an init system would, and buries the orphans (bash does that by itself). When it is killed, everything on the node is.
#
# It runs in network, mount and process namespaces of its own. From the environment:
#   NODE        the node's directory: etc/ has its configuration, disk/ what survives a power cut, log/ its logs,
#               usr/ the lab's own programs for it
#   NAME        its name in Kubernetes
#   ADDRESS     its address
#   DISK        directories, separated by blanks, that are the node's own and kept
#   MEMORY      directories that are the node's own and empty after each start
#   TREE        Debian's packages, unpacked
#   PROGRAMS    the directory with kubelet and kube-proxy
#   CREDENTIAL  the kubelet's kubeconfig
set -euo pipefail

# Nothing that is mounted here is seen outside.
mount --make-rprivate /

# The packages look as if they were installed, and mount.nfs too.
mount -t overlay overlay -o "lowerdir=$NODE/usr:$TREE/usr:/usr" /usr

for dir in $DISK; do
  mkdir -p "$NODE/disk$dir"
  mount --bind "$NODE/disk$dir" "$dir"
done
mount --make-shared /var/lib/kubelet
for dir in $MEMORY; do
  mount -t tmpfs tmpfs "$dir"
done
cp "$NODE/etc/10-bridge.conflist" /etc/cni/net.d/

# The lab's name server knows no other names, so a pull of an image that isn't there fails at once.
mount --bind "$NODE/etc/resolv.conf" /etc/resolv.conf

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

# Who starts the node connects it meanwhile. Too early, kubelet would end, and lose the second that `keep` waits. Nobody
# connects it when the starter was interrupted: then the node goes off, and the next `up` finds it so.
until [ -n "$(ip route show default)" ] && ctr version >/dev/null 2>&1; do
  [ $SECONDS -lt 30 ] || exit 1
  sleep 0.05
done

keep kubelet "$PROGRAMS/kubelet" --config "$NODE/etc/kubelet.json" --kubeconfig "$CREDENTIAL" \
  --hostname-override "$NAME" --node-ip "$ADDRESS" &
keep kube-proxy "$PROGRAMS/kube-proxy" --config "$NODE/etc/kube-proxy.json" &
wait
