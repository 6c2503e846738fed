package org.pno.dpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pno.dpu.DaemonFixture.Host;
import org.pno.link.ControlClient;
import org.pno.link.ControlException;
import org.pno.link.HandshakeDescriptor;
import org.pno.sim.HostListener;
import org.pno.sys.Descriptors;
import org.pno.sys.Errno;
import org.pno.sys.EventFd;
import org.pno.sys.UnixSocket;
import org.pno.wire.IpAddress;

/** Descriptors that a host passes in order to make the DPU wait: it serves the others all the same. */
@Timeout(60)
class HostileDescriptorsTest {
    private static final IpAddress LEFT = IpAddress.parse("10.77.0.1");
    /** The most that a write can leave in an eventfd. */
    private static final long FULL = -2;

    private static final int AN_HOUR = 3600;

    @TempDir
    Path directory;

    private static void fillAndBlock(final int bell) {
        final MemorySegment full = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, FULL);
        EventFd.drain(bell);
        assertEquals(Long.BYTES, Descriptors.write(bell, full, 0, Long.BYTES));
        Descriptors.nonBlocking(bell, false);
    }

    /** A DPU that waits for somebody answers nobody. */
    private static void assertServesOthers(final DaemonFixture fixture) throws IOException {
        final Host other = fixture.host(fixture.dpu);
        other.listen(new HostListener(other.host, other.channel));
    }

    @Test
    void shouldServeOthersWhenABellIsFullAndBlocks() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host hostile = fixture.host(fixture.dpu);
            final HostListener listener = new HostListener(hostile.host, hostile.channel);
            final int port = hostile.listen(listener);
            listener.postCredits(4);
            fillAndBlock(hostile.channel.bell());
            while (!hostile.channel.sleep()) {
                // Events of before; once more.
                Thread.onSpinWait();
            }
            final Host client = fixture.host(fixture.peer);
            client.host.takeRecord(client.channel).connect(0, 0, 0, LEFT.hi(), LEFT.lo(), port);
            DaemonFixture.await(() -> counter(fixture, "bridge.accepts") == 1);
            DaemonFixture.await(() -> counter(fixture, "bridge.bells") > 0);
            assertServesOthers(fixture);
        }
    }

    private static long counter(final DaemonFixture fixture, final String name) {
        try (ControlClient tool = ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_TOOL)) {
            final String counters = tool.query(HandshakeDescriptor.QUERY_COUNTERS);
            final String before = "\"name\":\"" + name + "\",\"value\":";
            final int start = counters.indexOf(before) + before.length();
            return Long.parseLong(counters.substring(start, counters.indexOf(',', start)));
        } catch (final IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void shouldServeOthersWhenABellIsFullFromTheStart() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host hostile = fixture.host(fixture.dpu);
            final int bell = EventFd.create();
            fillAndBlock(bell);
            hostile.client.channel(hostile.arena, hostile.host.openChannel().number(), bell);
            assertServesOthers(fixture);
            Descriptors.close(bell);
        }
    }

    @Test
    void shouldLeaveItsOwnBellToTheHostThatHasItToo() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host host = fixture.host(fixture.dpu);
            final HostListener listener = new HostListener(host.host, host.channel);
            EventFd.drain(host.client.bell());
            EventFd.signal(host.client.bell());
            host.listen(listener);
            assertEquals(1, EventFd.drain(host.client.bell()), "a read of it could be made to wait");
        }
    }

    @Test
    void shouldRefuseABellThatIsNoEventFd() throws IOException {
        final int[] pair = UnixSocket.pair(UnixSocket.STREAM);
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host host = fixture.host(fixture.dpu);
            final ControlException refused = assertThrows(
                    ControlException.class,
                    () -> host.client.channel(
                            host.arena, host.host.openChannel().number(), pair[0]));
            assertEquals(Errno.EINVAL, refused.errno());
            assertTrue(refused.getMessage().contains("no eventfd"), refused.getMessage());
            assertServesOthers(fixture);
        } finally {
            Descriptors.close(pair[0]);
            Descriptors.close(pair[1]);
        }
    }

    @Test
    void shouldRefuseAnArenaThatIsNoMemfd() throws IOException {
        final int file =
                Descriptors.open(Files.createFile(directory.resolve("file")).toString(), Descriptors.O_RDWR);
        try (DaemonFixture fixture = new DaemonFixture(directory);
                ControlClient client =
                        ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_PROGRAM)) {
            final ControlException refused = assertThrows(ControlException.class, () -> client.arena(file));
            assertEquals(Errno.EINVAL, refused.errno());
        } finally {
            Descriptors.close(file);
        }
    }

    @Test
    void shouldRefuseAPlaceholderOfAnotherFamily() throws IOException {
        final int other = UnixSocket.open(UnixSocket.STREAM);
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host host = fixture.host(fixture.dpu);
            final ControlException refused =
                    assertThrows(ControlException.class, () -> host.client.listen(host.arena, 0, 1, 1, other));
            assertEquals(Errno.EINVAL, refused.errno());
        } finally {
            Descriptors.close(other);
        }
    }

    /** A connection with unsent data and SO_LINGER: whoever closes it last waits for an hour. */
    private static final class LingeringSocket implements AutoCloseable {
        final int descriptor;
        private final ServerSocketChannel server;

        LingeringSocket() throws IOException {
            server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            final Set<Integer> before = sockets();
            final SocketChannel channel = SocketChannel.open();
            final Set<Integer> made = new HashSet<>(sockets());
            made.removeAll(before);
            channel.connect(server.getLocalAddress());
            channel.setOption(StandardSocketOptions.SO_LINGER, AN_HOUR);
            channel.configureBlocking(false);
            while (channel.write(ByteBuffer.allocate(1 << 20)) > 0) {
                Thread.onSpinWait();
            }
            assertEquals(1, made.size(), "which descriptor is the channel's");
            descriptor = Descriptors.duplicate(made.iterator().next());
            channel.close();
        }

        private static Set<Integer> sockets() throws IOException {
            try (var all = Files.list(Path.of("/proc/self/fd"))) {
                return all.filter(LingeringSocket::isSocket)
                        .map(link -> Integer.valueOf(link.getFileName().toString()))
                        .collect(Collectors.toSet());
            }
        }

        private static boolean isSocket(final Path link) {
            try {
                return Files.readSymbolicLink(link).toString().startsWith("socket:");
            } catch (final IOException e) {
                return false; // Closed meanwhile: the listing's own.
            }
        }

        /** Resets it, which ends the wait. */
        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /** The messages are there before the DPU looks, and the sender's descriptor is closed: the DPU's is the last. */
    private void assertServesAfter(final LingeringSocket socket, final boolean isClientGone) throws IOException {
        final Dpu opened = new Dpu(DaemonFixture.small(directory, "dpu", "nobody", "10.77.0.1/24"));
        final RawClient hostile = new RawClient(opened.socketPath());
        hostile.sendHello(socket.descriptor);
        if (isClientGone) {
            hostile.sendHello(socket.descriptor);
            hostile.close();
        }
        Descriptors.close(socket.descriptor);
        try (DaemonFixture.Running running = new DaemonFixture.Running(opened)) {
            try (ControlClient tool = ControlClient.connect(running.socketPath(), HandshakeDescriptor.KIND_TOOL)) {
                assertTrue(tool.query(HandshakeDescriptor.QUERY_COUNTERS).contains("bridge.fences"));
            }
        } finally {
            hostile.close();
        }
    }

    @Test
    void shouldServeOthersWhileASocketThatItWasPassedLingers() throws IOException {
        try (LingeringSocket socket = new LingeringSocket()) {
            assertServesAfter(socket, false);
        }
    }

    @Test
    void shouldServeOthersWhileASocketLingersThatWasNeverReceived() throws IOException {
        try (LingeringSocket socket = new LingeringSocket()) {
            assertServesAfter(socket, true);
        }
    }

    @Test
    void shouldRefuseMoreControlConnectionsThanTheQuota() throws IOException {
        final Quotas two = new Quotas(1 << 30, 10, 10, 2);
        try (DaemonFixture fixture = new DaemonFixture(directory, two);
                ControlClient first = ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_TOOL);
                ControlClient second = ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_TOOL)) {
            // Cut off unasked: the reason may come too late for a client that is still to say HELLO.
            assertThrows(
                    IOException.class,
                    () -> ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_TOOL)
                            .close());
            first.query(HandshakeDescriptor.QUERY_COUNTERS);
            second.query(HandshakeDescriptor.QUERY_COUNTERS);
        }
    }
}
