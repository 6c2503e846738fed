package org.pno.cli.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.lab.Labs;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.DpuProcess;
import org.pno.cli.measure.Transport;

/**
 * A lab with one wire between the peer's kernel at its far end and, at its near end, the host's kernel and a DPU:
 *
 * <pre>
 *   host's kernel, 10.79.0.1, fd79::1 ── TAP wire1 ──┐
 *                                                    pno wire ── TAP wire0 ── peer's kernel, 10.79.0.2, fd79::2
 *   the DPU,       10.79.0.3, fd79::3 ── ring ───────┘
 * </pre>
 */
public final class InteropPath implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** What a kernel's end is made of: Linux's own bounds of buffers, nothing learnt from earlier connections. */
    private static final String CONFIGURE = """
            echo 0 2> /dev/null > /proc/sys/net/ipv6/conf/$device/disable_ipv6 || true
            ip addr add 10.79.0.$host/24 dev $device
            ip addr add fd79::$host/64 dev $device nodad || true
            ip link set $device up
            cd /proc/sys/net/ipv4
            echo 1 > tcp_no_metrics_save
            echo 4096 131072 6291456 > tcp_rmem
            echo 4096 16384 4194304 > tcp_wmem
            """;

    private final Lab lab;
    private final Path control;
    private DpuProcess dpu;

    private InteropPath(final Lab lab) {
        this.lab = lab;
        control = lab.directory().resolve("wire.sock");
    }

    /** Makes it, in a lab that ends with this process or when it is closed. */
    public static InteropPath open() {
        final InteropPath path =
                new InteropPath(Labs.open("interop-" + ProcessHandle.current().pid()));
        try {
            path.raise();
            return path;
        } catch (final RuntimeException | Error e) {
            path.close();
            throw e;
        }
    }

    private void raise() {
        lab.configure(Side.PEER, "ip tuntap add name wire0 mode tap && ip tuntap add name wire1 mode tap");
        final String ring = "ring:" + lab.directory().resolve("ring.sock");
        final String pno =
                Path.of(System.getProperty("pno.home"), "pno").toAbsolutePath().toString();
        final LabProcess wire = lab.start(
                Side.PEER,
                "wire",
                List.of(
                        pno,
                        "wire",
                        "--far",
                        "tap:wire0",
                        "--near",
                        "tap:wire1",
                        "--near",
                        ring,
                        "--control",
                        "" + control));
        wire.await("answer", PATIENCE, () -> Files.exists(control));
        lab.configure(Side.PEER, "ip link set wire1 netns 1"); // of the lab's first process, which is the host's
        lab.configure(Side.HOST, "device=wire1 host=1\n" + CONFIGURE);
        lab.configure(Side.PEER, "device=wire0 host=2\n" + CONFIGURE);
        dpu = DpuProcess.startAt(lab, Cores.ofThisProcess(), ring, List.of("10.79.0.3/24", "fd79::3/64"));
    }

    /** Lays a new wire: what was under way is lost, the seed begins anew. Returns what was lost so far, for people. */
    public String lay(final String faults) {
        try (SocketChannel wire = SocketChannel.open(UnixDomainSocketAddress.of(control))) {
            wire.write(ByteBuffer.wrap((faults + "\n").getBytes(StandardCharsets.UTF_8)));
            final String answer = new BufferedReader(
                            new InputStreamReader(Channels.newInputStream(wire), StandardCharsets.UTF_8))
                    .readLine();
            if (answer == null || !answer.startsWith("ok")) {
                throw new UserError("the wire does not take '" + faults + "': " + answer);
            }
            return answer;
        } catch (final IOException e) {
            throw new UserError("the wire does not answer: " + e.getMessage(), e);
        }
    }

    /** Where a program on that side is reached. */
    static String address(final Side side, final Transport host, final boolean ipv6) {
        final int number = side == Side.PEER ? 2 : host == Transport.KERNEL ? 1 : 3;
        return (ipv6 ? "fd79::" : "10.79.0.") + number;
    }

    public Lab lab() {
        return lab;
    }

    public DpuProcess dpu() {
        return dpu;
    }

    @Override
    public void close() {
        lab.close();
    }
}
