package org.pno.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.pno.port.FramePool;
import org.pno.port.tap.TapPort;
import org.pno.sys.Descriptors;
import org.pno.sys.NetDevice;
import org.pno.sys.NetworkNamespace;
import org.pno.wire.VirtioNetHeader;

/**
 * A network namespace with a TAP, the Linux kernel at its other end, for one script after the other: each has a peer
 * address of its own, so nothing that the kernel remembers of one bears on the next. For the thread that made it; needs
 * CAP_SYS_ADMIN and {@code ip}.
 */
public final class LinuxNetwork implements AutoCloseable {
    private static final String DEVICE = "pnoscript";
    private static final int FIRST_PEER = 0x0A4D0100;
    private static final int FRAMES = 256;
    private static final long PEER_MAC = 0x02_50_4E_4F_00_02L;

    /** What all scripts find: the RFCs' congestion control, nothing remembered, no help from neighbours. */
    private static final Map<String, String> SETTINGS = Map.of(
            "tcp_congestion_control", "reno",
            "tcp_no_metrics_save", "1",
            "tcp_autocorking", "0",
            "tcp_wmem", "4096 4194304 4194304",
            "tcp_rmem", "4096 131072 6291456",
            "tcp_syn_linear_timeouts", "0",
            "icmp_ratelimit", "0");

    private final Family family;
    private final NetworkNamespace namespace;
    private final FramePool pool = new FramePool(FRAMES);
    private final TapPort port;
    private final long kernelMac;
    private final Deque<Endpoint.Sent> sent = new ArrayDeque<>();
    private final Map<Path, String> changed = new TreeMap<>();
    private int peerAddress = FIRST_PEER;
    private int freePort = 7_000;

    /** Moves the calling thread into a new namespace; SystemCallException if it may not. */
    public LinuxNetwork(final Family family) {
        this.family = family;
        namespace = NetworkNamespace.enterNew();
        put(Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6"), family == Family.IPV4 ? "1" : "0");
        SETTINGS.forEach((name, value) -> put(Path.of("/proc/sys/net/ipv4", name), value));
        port = new TapPort(DEVICE, "tap:" + DEVICE, pool);
        kernelMac = new NetDevice(DEVICE).hardwareAddress();
        if (family == Family.IPV4) {
            ip("addr add 10.77.0.1/16 dev " + DEVICE);
        } else {
            ip("link set mtu " + family.mtuBytes() + " dev " + DEVICE);
            ip("addr add fd00::a4d:1/64 nodad dev " + DEVICE);
        }
    }

    private static void ip(final String words) {
        try {
            final Process process = new ProcessBuilder(("ip " + words).split(" "))
                    .redirectErrorStream(true)
                    .start();
            final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("ip " + words + ": " + output);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            throw new IllegalStateException("ip " + words, e);
        }
    }

    private static void put(final Path file, final String value) {
        try {
            Files.writeString(file, value);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The kernel for the next script; one at a time. */
    public Endpoint endpoint() {
        peerAddress++;
        sent.clear();
        return new LinuxEndpoint(this, peerAddress);
    }

    Family family() {
        return family;
    }

    int takePort() {
        return freePort++;
    }

    /** Changes a sysctl of net.ipv4 until {@link #restore}. */
    void sysctl(final String name, final int value) {
        final Path file = Path.of("/proc/sys/net/ipv4", name);
        try {
            changed.putIfAbsent(file, Files.readString(file).strip());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        put(file, Integer.toString(value));
    }

    void restore() {
        changed.forEach(LinuxNetwork::put);
        changed.clear();
    }

    void inject(final byte[] packet) {
        transmit(Frames.frame(kernelMac, PEER_MAC, packet));
    }

    private void transmit(final byte[] bytes) {
        final long frame = pool.allocate();
        new VirtioNetHeader().wrap(pool.memory(), frame - VirtioNetHeader.BYTES).clear();
        MemorySegment.copy(bytes, 0, pool.memory(), ValueLayout.JAVA_BYTE, frame, bytes.length);
        port.transmit(frame, bytes.length);
    }

    /** The next packet to the present script's peer; others' are forgotten. */
    Endpoint.Sent next(final long waitNs) {
        final long endNs = System.nanoTime() + waitNs;
        while (true) {
            port.receive(this::onFrame, FRAMES);
            final long leftNs = endNs - System.nanoTime();
            if (!sent.isEmpty() || leftNs <= 0) {
                return sent.poll();
            }
            final int millis = (int) TimeUnit.NANOSECONDS.toMillis(leftNs + 999_999);
            Descriptors.poll(port.pollDescriptor(), Descriptors.POLLIN, millis);
        }
    }

    private void onFrame(final long frame, final int length) {
        final byte[] reply = Frames.reply(pool.memory(), frame, length, PEER_MAC);
        if (reply != null) {
            transmit(reply);
        }
        for (final byte[] packet : Frames.packets(pool.memory(), frame, length)) {
            if (Frames.isBetween(packet, Endpoint.ADDRESS, peerAddress)) {
                sent.add(new Endpoint.Sent(packet, System.nanoTime()));
            }
        }
        pool.release(frame);
    }

    @Override
    public void close() {
        port.close();
        namespace.close();
    }
}
