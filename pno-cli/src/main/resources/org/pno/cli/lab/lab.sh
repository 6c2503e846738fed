# The lab's first process: init of its pid namespace, root in its own network and mount namespaces. When it ends, the
# kernel kills all that runs in the lab, and the namespaces and devices go with them.
#   $1 pipe|stay: it ends with its standard input, or when it is killed; $2 $3 masks of the host's and the peer's CPUs
# This file lies in the lab's directory.
set -eu
PATH=$PATH:/usr/sbin:/sbin
life=$1 host_cpus=$2 peer_cpus=$3 directory=${0%/*}

# The start of a network namespace; then a device's receive work is steered to its host's CPUs (Linux 6.2).
network='ip link set lo up
echo 1 2> /dev/null > /proc/sys/net/ipv6/conf/all/disable_ipv6 || true
echo 0 2> /dev/null > /proc/sys/net/ipv6/conf/lo/disable_ipv6 || true
echo "$cpus" 2> /dev/null > /proc/sys/net/core/rps_default_mask || true'

cpus=$host_cpus sh -c "$network"

# The peer is a second network namespace, held by a process that sleeps; it says who it is once it is there.
peer=$(cpus=$peer_cpus unshare --net sh -c "$network
    echo \$\$; exec sleep infinity > /dev/null 2>&1" &)

in_peer() { nsenter --net="/proc/$peer/ns/net" -- "$@"; }

# The kernel's own way between the two.
ip link add kernel0 type veth peer name kernel0 netns "$peer"
ip addr add 10.78.0.1/24 dev kernel0
ip link set kernel0 up
in_peer ip addr add 10.78.0.2/24 dev kernel0
in_peer ip link set kernel0 up

# IPv6 is off but where it is asked for here; a kernel without it has a lab without it.
enable_ipv6='echo 0 > "/proc/sys/net/ipv6/conf/$device/disable_ipv6"; ip addr add "$address" dev "$device" nodad'
device=kernel0 address=fd78::1/64 sh -c "$enable_ipv6" 2> /dev/null || true
device=kernel0 address=fd78::2/64 in_peer sh -c "$enable_ipv6" 2> /dev/null || true

# What a device receives is worked on by the CPUs of its host, wherever it was sent from. /sys shows the devices of the
# namespace in which it was mounted. Without root only the default mask above can be set.
steer='mount -t sysfs sysfs /sys && cd /sys/class/net/kernel0/queues/rx-0 || exit 1
echo "$cpus" > rps_cpus || [ -n "$(tr -d "0,\n" < rps_cpus)" ]'
steered=no
cpus=$host_cpus unshare --mount sh -c "$steer" 2> /dev/null &&
    cpus=$peer_cpus in_peer unshare --mount sh -c "$steer" 2> /dev/null && steered=yes

# PnO's way: the peer's end is pno0, the DPU's is a TAP's file, or a veth end without an address.
port=tap:pno0 refused=
refused=$(in_peer ip tuntap add name pno0 mode tap 2>&1) || {
    port=packet:pno1
    in_peer ip link add pno0 type veth peer name pno1
    in_peer ip link set pno1 up
}
in_peer ip addr add 10.77.0.2/24 dev pno0
in_peer ip link set pno0 up
device=pno0 address=fd77::2/64 in_peer sh -c "$enable_ipv6" 2> /dev/null || true

echo "ready peer=$peer port=$port steered=$steered refused=$refused"
exec 3<&0 > /dev/null

# Waiting for a child, init also reaps those that nobody else waits for.
if [ "$life" = pipe ]; then
    cat <&3 > /dev/null &
    wait $!
    case $directory in */lab-*) rm -rf "$directory" ;; esac
else
    sleep infinity &
    wait $!
fi
