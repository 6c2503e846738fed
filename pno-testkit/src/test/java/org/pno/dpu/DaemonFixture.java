package org.pno.dpu;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.pno.link.ControlClient;
import org.pno.link.HandshakeDescriptor;
import org.pno.sim.HostChannel;
import org.pno.sim.HostListener;
import org.pno.sim.SimulatedHost;
import org.pno.sys.Descriptors;
import org.pno.sys.EventFd;
import org.pno.sys.InetSocket;
import org.pno.sys.MemoryMapping;
import org.pno.sys.UnixSocket;

/**
 * Two real DPUs, each with its own thread and control socket, joined by a UNIX datagram socket as wire. Hosts speak the
 * real handshake and share memory by descriptor passing; nothing needs privileges.
 */
final class DaemonFixture implements AutoCloseable {
    static final long FAMILY_BYTES = 4096;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);

    final Path directory;
    final Running dpu;
    final Running peer;
    private final List<Host> hosts = new ArrayList<>();

    /** A DPU with the thread that runs it. */
    static class Running implements AutoCloseable {
        final Dpu dpu;
        private final Thread thread;
        private volatile Throwable failure;
        private boolean isClosed;

        Running(final DpuConfiguration configuration) {
            this(new Dpu(configuration));
        }

        @SuppressWarnings("this-escape") // Its thread is the DPU's, which knows nothing of this.
        Running(final Dpu opened) {
            dpu = opened;
            thread = new Thread(this::run, "dpu");
            thread.start();
        }

        private void run() {
            try {
                dpu.run();
            } catch (final RuntimeException | Error e) {
                failure = e;
            }
        }

        String socketPath() {
            return dpu.socketPath();
        }

        boolean isRunning() {
            return thread.isAlive();
        }

        void join() {
            try {
                thread.join(TimeUnit.NANOSECONDS.toMillis(PATIENCE_NS));
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
            assertFalse(thread.isAlive(), "the DPU's loop did not end");
        }

        @Override
        public void close() {
            if (isClosed) {
                return; // Its wake-up's number may be somebody else's by now.
            }
            isClosed = true;
            dpu.stop();
            join();
            dpu.close();
            if (failure != null) {
                throw new IllegalStateException("the DPU's loop failed", failure);
            }
        }
    }

    /** A host process that has said HELLO, with an arena and one channel. */
    static final class Host implements AutoCloseable {
        final ControlClient client;
        final SimulatedHost host;
        final HostChannel channel;
        final int arena;

        Host(final Running dpu) throws IOException {
            client = ControlClient.connect(dpu.socketPath(), HandshakeDescriptor.KIND_PROGRAM);
            host = new SimulatedHost(SimulatedHost.smallGeometry(), () -> EventFd.signal(client.bell()));
            final int family = MemoryMapping.createSealedMemfd("family", FAMILY_BYTES);
            arena = client.arena(host.descriptor(), family);
            Descriptors.close(family);
            channel = host.openChannel();
            client.channel(arena, channel.number(), channel.bell());
        }

        /** LISTEN on the wildcard; the kernel chooses the port. */
        int listen(final HostListener listener) throws IOException {
            final int placeholder = InetSocket.open(InetSocket.AF_INET, InetSocket.SOCK_STREAM);
            try {
                UnixSocket.listen(placeholder, 16); // Any socket's listen(2): binds to the wildcard and a free port.
                client.listen(
                        arena, listener.socket().record(), listener.socket().generation(), 16, placeholder);
                return InetSocket.localEndpoint(placeholder).port();
            } finally {
                Descriptors.close(placeholder);
            }
        }

        @Override
        public void close() {
            client.close();
            host.close();
        }
    }

    DaemonFixture(final Path directory) {
        this(directory, Quotas.DEFAULT);
    }

    DaemonFixture(final Path directory, final Quotas quotas) {
        this(directory, configuration -> new Running(configuration.quotas(quotas)));
    }

    /** One whose left DPU is run by the caller. */
    DaemonFixture(final Path directory, final Function<DpuConfiguration, Running> left) {
        this.directory = directory;
        dpu = left.apply(configuration("left", "right", "10.77.0.1/24"));
        peer = new Running(configuration("right", "left", "10.77.0.2/24"));
    }

    DpuConfiguration configuration(final String own, final String other, final String address) {
        return small(directory, own, other, address).maxConnections(1024);
    }

    /**
     * A DPU of a few connections and frames.
     *
     * @param own its end of the wire; its control socket is {@code own.sock}
     * @param other the wire's other end, where nobody need be
     */
    static DpuConfiguration small(final Path directory, final String own, final String other, final String address) {
        return new DpuConfiguration()
                .port("socket:" + directory.resolve(own) + ",peer=" + directory.resolve(other))
                .address(address)
                .spin("off")
                .frames(128)
                .maxConnections(16)
                .socketPath(directory.resolve(own + ".sock").toString());
    }

    Host host(final Running where) throws IOException {
        final Host host = new Host(where);
        hosts.add(host);
        return host;
    }

    /** Waits for something that other threads bring about. */
    static void await(final BooleanSupplier condition) {
        final long untilNs = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - untilNs < 0, "did not happen in time");
            Thread.yield();
        }
    }

    @Override
    public void close() {
        hosts.forEach(Host::close);
        dpu.close();
        peer.close();
    }
}
