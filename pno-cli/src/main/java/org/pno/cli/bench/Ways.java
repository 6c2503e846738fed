package org.pno.cli.bench;

import java.util.List;
import org.pno.cli.lab.Lab;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Transport;

/**
 * Furnishes a lab with the routes that a benchmark compares. Receive work of each end is done by its owner's core, but
 * for the kernel's second variant, in which it stays where the frame was sent.
 *
 * <pre>
 *   real client                                       lean client
 *   kernel-steered    10.78.0  veth kernel0           10.80.0  TAP lean0, the client at its file
 *   kernel-unsteered  10.79.0  veth free0             10.81.0  TAP lean1, the same
 *   pno               10.77.0  TAP pno0, the DPU      10.82.0  ring, DPU and client
 *                     10.85.0  veth wire0, the DPU
 *   kernel-same-port                                  10.83.0  veth same0, the client by AF_PACKET
 *   pno-same-port                                     10.84.0  veth wire0 and wire1, both by AF_PACKET
 * </pre>
 */
final class Ways {
    private static final String KERNEL_STEERED = "kernel-steered";
    private static final String KERNEL_UNSTEERED = "kernel-unsteered";
    private static final String PNO = "pno";

    /** A device of the host is made so that its receive work is steered to the CPUs of {@code mask}, if to any. */
    private static final String WITH_MASK = """
            default=/proc/sys/net/core/rps_default_mask
            if [ -w $default ]; then before=$(cat $default); echo $mask > $default; fi
            """;

    private static final String MASK_BACK = """
            if [ -w $default ]; then echo $before > $default; fi
            """;

    private static final String RAISE = """
            ip addr add $address/24 dev $device
            ip link set $device up
            """;

    private final Lab lab;
    private final String hostMask;

    /** @param hostMask of the host's core, as the kernel takes masks */
    Ways(final Lab lab, final String hostMask) {
        this.lab = lab;
        this.hostMask = hostMask;
    }

    /** A route, and the ports at which a DPU and a lean client meet it; null where there is none. */
    record Way(Route route, String dpuPort, String clientPort) {
        /** The side in whose network the lean client finds its port. */
        Side clientSide() {
            return clientPort.startsWith("tap:") ? Side.HOST : Side.PEER;
        }
    }

    /** Ways that are compared with each other; the kernel's are variants, of which the best counts. */
    record Compared(String port, List<Way> kernel, Way pno) {}

    /** For programs of the distribution; {@code port} is the kind of the DPU's. */
    Compared real(final String port) {
        veth("free0", "10.79.0", "0");
        final List<Way> kernel =
                List.of(new Way(Route.kernel(), null, null), kernel(KERNEL_UNSTEERED, "10.79.0", null));
        if (!port.equals("packet")) {
            return new Compared("tap", kernel, new Way(Route.offloaded(lab), lab.port(), null));
        }
        wire();
        lab.configure(Side.PEER, "device=wire1 address=10.85.0.2\n" + RAISE);
        return new Compared("packet", kernel, offloaded(PNO, "10.85.0", "packet:wire0", null));
    }

    /** For the load generator, by what is best for each. */
    Compared lean() {
        tap("lean0", "10.80.0", hostMask);
        tap("lean1", "10.81.0", "0");
        return new Compared(
                "ring",
                List.of(
                        kernel(KERNEL_STEERED, "10.80.0", "tap:lean0"),
                        kernel(KERNEL_UNSTEERED, "10.81.0", "tap:lean1")),
                offloaded(PNO, "10.82.0", ring(), ring()));
    }

    /** For the load generator, by the same kind of port on both sides. */
    Compared leanSamePort() {
        veth("same0", "10.83.0", hostMask);
        lab.configure(Side.PEER, "ip addr flush dev same0");
        wire();
        return new Compared(
                "packet",
                List.of(kernel("kernel-same-port", "10.83.0", "packet:same0")),
                offloaded("pno-same-port", "10.84.0", "packet:wire0", "packet:wire1"));
    }

    private String ring() {
        return "ring:" + lab.directory().resolve("ring.sock");
    }

    private static Way kernel(final String name, final String network, final String clientPort) {
        return new Way(new Route(name, Transport.KERNEL, network + ".1", network + ".2", null), null, clientPort);
    }

    private Way offloaded(final String name, final String network, final String dpuPort, final String clientPort) {
        return new Way(
                new Route(
                        name,
                        Transport.PNO,
                        network + ".1",
                        network + ".2",
                        lab.directory().resolve("dpu-" + name + ".sock")),
                dpuPort,
                clientPort);
    }

    /** Two ends on the peer, without addresses. */
    private void wire() {
        lab.configure(Side.PEER, """
                ip link add wire0 type veth peer name wire1
                ip link set wire0 up
                ip link set wire1 up
                """);
    }

    private void tap(final String device, final String network, final String mask) {
        final String names = "device=%s address=%s.1 mask=%s\n".formatted(device, network, mask);
        lab.configure(Side.HOST, names + WITH_MASK + "ip tuntap add name $device mode tap\n" + MASK_BACK + RAISE);
    }

    /** One end on the host, made with that mask, one on the peer. */
    private void veth(final String device, final String network, final String mask) {
        final String names = "device=%s mask=%s\n".formatted(device, mask);
        lab.configure(
                Side.HOST,
                names + WITH_MASK + "ip link add $device type veth peer name $device netns " + lab.peerPid() + "\n"
                        + MASK_BACK);
        lab.configure(Side.HOST, names + "address=" + network + ".1\n" + RAISE);
        lab.configure(Side.PEER, names + "address=" + network + ".2\n" + RAISE);
    }
}
